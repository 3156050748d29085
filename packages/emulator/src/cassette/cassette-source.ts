import { replayBackend } from '@drover/core/testing'
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
