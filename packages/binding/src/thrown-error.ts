import { DroverError } from '@drover/core'

/** `5006: Error: …`: the service's code, as the `Ai` class writes it before the text. */
const CODE = /^\s*(\d{3,5}):\s*/

/** Names of the errors in which the `Ai` class passes on what the service said. */
const SERVICE_ERRORS: ReadonlySet<unknown> = new Set(['InferenceUpstreamError', 'AiError'])

/**
 * Turns what `env.AI.run` threw back into the answer it was made from, so that it is classified like any other.
 * @throws anything else as it is: a broken connection, an abort; DroverError `config.invalid` where the binding leads
 * nowhere.
 */
export function readThrown(thrown: unknown): Response {
  const { name, message } = Object(thrown) as {
    readonly name?: unknown
    readonly message?: unknown
  } // Object() of anything can be looked at
  if (typeof message !== 'string') throw thrown
  if (message.includes('needs to be run remotely')) {
    throw new DroverError(
      'config.invalid',
      'The binding `env.AI` leads nowhere here: Workers AI does not run inside a local Worker. ' +
        'Run `wrangler dev` without `--local` while logged in, or point the binding at a local Workers AI.',
      { cause: thrown },
    )
  }
  const code = CODE.exec(message)
  if (code === null && !SERVICE_ERRORS.has(name)) throw thrown
  const text = code === null ? message : message.slice(code[0].length)
  // The HTTP status is lost, and the one on the class may be another call's: 200 is the one that claims nothing.
  return Response.json({
    success: false,
    errors: [{ ...(code !== null && { code: Number(code[1]) }), message: text }],
  })
}
