import { createTape } from '@drover/core/testing'
import type { TapeEntry, TapeOptions } from '@drover/core/testing'
import { AsyncLocalStorage } from 'node:async_hooks'
import type { RequestListener, ServerResponse } from 'node:http'
import type { ModelSource } from '../model-source.ts'
import { checkMayRecord, writeCassetteFile } from './cassette-file.ts'
import { withKnownSecrets } from './known-secrets.ts'

/** What an emulator records, and where to. */
export interface EmulatorRecording extends TapeOptions {
  /** Written when the emulator closes. */
  readonly file: string
}

/** Records what goes through an emulator. */
export interface AnswerRecorder {
  /** The same source; what it is asked is noted. */
  readonly source: ModelSource
  /** The same listener; what it answers is noted, where the source was asked. */
  readonly listen: (listener: RequestListener) => RequestListener
  /** Writes the file. */
  readonly save: () => void
}

/**
 * Notes the requests that reach a model source, as clients sent them, and the bytes that were answered.
 * @throws DroverError `config.invalid` on a CI machine.
 */
export function createAnswerRecorder(
  source: ModelSource,
  recording: string | EmulatorRecording,
): AnswerRecorder {
  const { file, redact, ...options } =
    typeof recording === 'string' ? { file: recording } : recording
  checkMayRecord(file)
  const tape = createTape(source.name, { ...options, redact: withKnownSecrets(redact) })
  // A source knows nothing of the answer that its reply becomes; this leads from the one to the other.
  const answering = new AsyncLocalStorage<ServerResponse>()
  return {
    source: {
      name: source.name,
      reply: (request, replyOptions) => {
        const response = answering.getStore()
        const entry = tape.begin(request.model, request.sent ?? request.inputs)
        if (response !== undefined) capture(response, entry)
        return source.reply(request, replyOptions)
      },
    },
    listen: (listener) => (request, response) =>
      answering.run(response, listener, request, response),
    save: () => writeCassetteFile(file, tape.text()),
  }
}

/** Notes what is written to a response, and how it ended. */
function capture(response: ServerResponse, entry: TapeEntry): void {
  let hasBegun = false
  const note = (chunk: unknown): void => {
    if (!hasBegun) {
      hasBegun = true
      const headers = Object.entries(response.getHeaders())
      entry.answer(
        response.statusCode,
        headers.map(([name, value]) => [name, String(value)] as const),
      )
    }
    if (typeof chunk === 'string' && chunk !== '') entry.chunk(Buffer.from(chunk))
    if (chunk instanceof Uint8Array && chunk.length > 0) entry.chunk(chunk)
  }
  for (const name of ['write', 'end', 'destroy'] as const) {
    const original = response[name].bind(response) as (...given: unknown[]) => unknown // any of its overloads
    Reflect.set(response, name, (...given: unknown[]) => {
      if (name === 'destroy') entry.end({ failure: 'The connection broke.' })
      else note(given[0])
      return original(...given)
    })
  }
  response.once('finish', () => entry.end('end'))
}
