import { replayBackend, toBodyChunks } from '@drover/core/testing'
import type { HttpAnswer, JsonRecord, ReplayOptions } from '@drover/core/testing'
import { isJsonObject, ownValue, parseJson } from '../json-object.ts'
import type { ErrorReply, ModelReply, ModelSource } from '../model-source.ts'
import { readCassetteFile, RECORD_AGAIN } from './cassette-file.ts'
import { withKnownSecrets } from './known-secrets.ts'

/** A model source that answers from a cassette, and tells whether it was followed. */
export interface CassetteSource extends ModelSource {
  /** @throws DroverError `test.unscripted` when a request differed, or recorded exchanges are left over. */
  readonly assertComplete: () => void
}

/**
 * A model that answers as it did when the file was recorded, for any client. A request that is not the recorded one is
 * answered with a 500 whose message shows the first difference, and so is every later one. Fields that a client left out,
 * and that the service fills in, may differ.
 * @throws DroverError `config.invalid` where there is no such file; `config.input` or `security.limit` for what is no
 * cassette.
 */
export function cassette(
  file: string,
  options: Pick<ReplayOptions, 'order' | 'ignore' | 'redact'> = {},
): CassetteSource {
  const { take, assertComplete } = replayBackend(readCassetteFile(file), {
    ...options,
    redact: withKnownSecrets(options.redact),
    name: `\`${file}\``,
    hint: RECORD_AGAIN,
  })
  const reply: ModelSource['reply'] = ({ model, sent, inputs }) => {
    const answer = take(model, sent ?? inputs)
    return answer === 'left' || 'failure' in answer ? NO_ANSWER : toReply(answer)
  }
  return { name: 'cassette', reply, assertComplete }
}

/** The request had no answer when it was recorded: it now gets one that breaks off at once. */
const NO_ANSWER: ModelReply = { stream: broken([]) }

function toReply(answer: HttpAnswer): ModelReply {
  const chunks = toBodyChunks(answer.body)
  if ('chunks' in answer.body && typeof answer.body.ending === 'object') {
    return { stream: broken(chunks) }
  }
  if ('chunks' in answer.body && answer.status < 300) return { stream: chunks }
  const text = Buffer.concat(chunks).toString()
  const json = parseJson(text)
  const error = readError(answer, isJsonObject(json) ? json : {}, text)
  if (error !== undefined) return { error }
  const isWrapped = isJsonObject(json) && ownValue(json, 'success') === true
  const result = isWrapped ? ownValue(json, 'result') : json
  return result === undefined ? { stream: chunks } : { result }
}

function* broken(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  yield* chunks
  throw new Error('The connection broke here when it was recorded.')
}

/** The error in an envelope of REST, of the binding or of OpenAI; of other bodies the text. */
function readError(
  { status, headers }: HttpAnswer,
  body: JsonRecord,
  text: string,
): ErrorReply['error'] | undefined {
  const errors = ownValue(body, 'errors')
  const [first] = Array.isArray(errors) ? errors : []
  const found = [first, ownValue(body, 'error'), body].find(isJsonObject) ?? {}
  if (status < 300 && first === undefined) return undefined
  const code = Number(ownValue(found, 'code') ?? ownValue(found, 'internalCode'))
  const said = [ownValue(found, 'description'), ownValue(found, 'message')].find(
    (part): part is string => typeof part === 'string',
  )
  const retryAfter = Number(headers['retry-after'])
  return {
    code: Number.isInteger(code) && code > 0 ? code : 8005,
    // Each front writes its own prefix, and the id of the request.
    message: (said ?? text.slice(0, 500))
      .replace(/^(?:AiError: )*(?:Bad input: )?/, '')
      .replace(/ \([\w-]{8,64}\)$/, ''),
    status: status < 300 ? 500 : status,
    ...(retryAfter > 0 && { retryAfter }),
  }
}
