import { DroverError } from '../errors.ts'

/** The error for a tool that cannot be used: what was expected, what came, what to do. `tool()` puts the tool's name before. */
export function refusal(message: string, cause?: unknown): DroverError {
  return new DroverError('config.tool', message, cause === undefined ? undefined : { cause })
}
