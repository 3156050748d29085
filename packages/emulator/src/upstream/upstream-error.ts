import type { JsonValue } from '@drover/core'
import { isJsonObject, ownValue, parseJson } from '../json-object.ts'
import type { ErrorReply } from '../model-source.ts'
import type { UpstreamServer } from './upstream-server.ts'

/** Texts longer than this say no more. */
const MAX_SAID = 500

/** What a server says, and what helps; the first that fits is told. */
const ADVICE: readonly (readonly [RegExp, (name: string) => string])[] = [
  [
    /does not support tools/i,
    () => 'Pull a model that ollama.com lists under "tools", such as `llama3.1:8b` or `qwen3:8b`.',
  ],
  [/requires --jinja/i, () => 'Start `llama-server` with `--jinja`.'],
  [
    /--enable-auto-tool-choice/i,
    () =>
      'Start `vllm serve` with `--enable-auto-tool-choice --tool-call-parser llama3_json` (the parser of your model).',
  ],
  [/try pulling it first/i, (name) => `Run \`ollama pull ${name}\`.`],
  [/loading model/i, () => 'It is still loading the model: ask again in a moment.'],
]

/** Which of the service's codes says the same. */
const CODES: ReadonlyMap<number, number> = new Map([
  [401, 3023],
  [403, 3023],
  [404, 5007],
  [408, 3046],
  [413, 3006],
  [429, 3040],
  [503, 3040],
  [504, 3046],
])

/** An answer that is no 2xx, as the service would have said it. */
export async function toUpstreamError(
  response: Response,
  { server, name }: { readonly server: UpstreamServer; readonly name: string },
): Promise<ErrorReply> {
  const { status } = response
  const text = await response.text()
  const said = textOf(parseJson(text)) ?? text
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN)
  return {
    error: {
      code: codeFor(status, said),
      message: `The upstream at ${server.baseUrl} answered ${status}: ${shown(said, server)}${adviceFor(said, name)}`,
      ...(retryAfter >= 0 ? { retryAfter } : {}),
    },
  }
}

/** The server cannot be reached, or broke off before it answered. */
export function unreachable(server: UpstreamServer, error: unknown): ErrorReply {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const reason = shown(code || (cause instanceof Error ? cause.message : String(cause)), server)
  if (code.endsWith('_TIMEOUT') && code !== 'UND_ERR_CONNECT_TIMEOUT') {
    const message = `The upstream at ${server.baseUrl} took too long (${reason}).`
    return { error: { code: 3046, message } }
  }
  const message =
    `The upstream at ${server.baseUrl} cannot be reached (${reason}). ` +
    `Start it: ${startCommand(new URL(server.baseUrl).port)}.`
  return { error: { code: 8005, message } }
}

/** What a body that tells an error says; undefined when it tells none. */
export function textOf(body: JsonValue | undefined): string | undefined {
  if (!isJsonObject(body)) return undefined
  const error = ownValue(body, 'error') ?? firstOf(ownValue(body, 'errors'))
  if (typeof error === 'string') return error
  const message = ownValue(isJsonObject(error) ? error : body, 'message')
  const isError = isJsonObject(error) || ownValue(body, 'object') === 'error'
  return isError && typeof message === 'string' ? message : undefined
}

/** Foreign text, cut, without control characters and without the key. */
export function shown(text: string, { apiKey }: UpstreamServer): string {
  const safe = apiKey === undefined ? text : text.replaceAll(apiKey, '[redacted]')
  return safe
    .slice(0, MAX_SAID)
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .trim()
}

function codeFor(status: number, said: string): number {
  if (/(?:exceed|maximum)[^.]{0,80}context|context[^.]{0,40}(?:exceed|too long)/i.test(said)) {
    return 5021
  }
  return CODES.get(status) ?? (status < 500 ? 8001 : 8005)
}

function adviceFor(said: string, name: string): string {
  const advice = ADVICE.find(([pattern]) => pattern.test(said))
  return advice === undefined ? '' : ` ${advice[1](name)}`
}

function firstOf(list: JsonValue | undefined): JsonValue | undefined {
  return Array.isArray(list) ? list[0] : undefined
}

/** By the port each server takes unless told otherwise. */
function startCommand(port: string): string {
  switch (port) {
    case '11434':
      return '`ollama serve`'
    case '8080':
      return '`llama-server -m MODEL.gguf --jinja --port 8080`'
    case '8000':
      return '`vllm serve MODEL --enable-auto-tool-choice --tool-call-parser llama3_json`'
    default:
      return '`ollama serve`, `llama-server …` or `vllm serve …`, or check the address'
  }
}
