import { DroverError } from '../errors.ts'

/** The error for a tool that cannot be used: what was expected, what came, what to do. `tool()` puts the tool's name before. */
export function refusal(message: string, cause?: unknown): DroverError {
  return new DroverError('config.tool', message, cause === undefined ? undefined : { cause })
}

/** The same for a value in the wrong place; `got` may go on to say what to do. */
export function unlike(what: string, wanted: string, got: unknown, cause?: unknown): DroverError {
  return refusal(`expected ${what} to be ${wanted}, got ${String(got)}`, cause)
}

/** What a thrown thing says. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
