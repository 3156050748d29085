import { DroverError } from '@drover/core'
import type { Backend } from '@drover/core'
import { recordingBackend, replayBackend } from '@drover/core/testing'
import type { ReplayOptions, TapeOptions } from '@drover/core/testing'
import {
  checkMayRecord,
  readCassetteFile,
  RECORD_AGAIN,
  writeCassetteFile,
} from './cassette-file.ts'
import { withKnownSecrets } from './known-secrets.ts'

/** A backend whose requests and answers stand in a file, or will. */
export interface CassetteBackend extends Backend {
  readonly mode: 'record' | 'replay'
  /** Recording: keeps the events of a run. Replaying: compares them with those that were recorded. */
  readonly takeRun: (events: readonly object[]) => void
  /**
   * To be called when all is done. Recording: writes the file. Replaying: holds the test to it.
   * @throws DroverError `test.unscripted` when what happened is not what was recorded, or not all of it.
   */
  readonly finish: () => void
}

/** What a recording leaves out, and whether it notes times. */
export type RecordOptions = TapeOptions

/**
 * Passes requests on to a backend, and writes what was said to a file when `finish()` is called. Secrets stay out: the
 * backend's token, `redact.secrets`, fields named like `password`, and the values of environment variables named like
 * `…_TOKEN`, `…_KEY` or `CLOUDFLARE_ACCOUNT_ID`.
 * @throws DroverError `config.invalid` on a CI machine.
 */
export function record(
  backend: Backend,
  file: string,
  options: RecordOptions = {},
): CassetteBackend {
  checkMayRecord(file)
  const { text, ...recording } = recordingBackend(backend, {
    ...options,
    redact: withKnownSecrets(options.redact),
  })
  return { ...recording, mode: 'record', finish: () => writeCassetteFile(file, text()) }
}

/**
 * Answers as the file says, and reaches nothing. A request that is not the recorded one fails with `test.unscripted`, whose
 * message shows the first difference.
 * @throws DroverError `config.invalid` where there is no such file, with how to record one; `config.input` or
 * `security.limit` for what is no cassette.
 */
export function replay(
  file: string,
  options: Omit<ReplayOptions, 'name' | 'hint'> = {},
): CassetteBackend {
  const {
    assertComplete,
    take: _,
    ...backend
  } = replayBackend(readCassetteFile(file), {
    ...options,
    redact: withKnownSecrets(options.redact),
    name: `\`${file}\``,
    hint: RECORD_AGAIN,
  })
  return { ...backend, mode: 'replay', finish: assertComplete }
}

/** How a file is opened. */
export interface OpenCassetteOptions
  extends RecordOptions, Omit<ReplayOptions, 'name' | 'hint' | 'runtime' | 'redact' | 'timing'> {
  /** Makes the backend to record; not called for a replay, so that a replay needs no token. */
  readonly backend: () => Backend
  /** `auto` replays, and records where the environment says `DROVER_RECORD=1`. @default 'auto' */
  readonly mode?: 'auto' | 'record' | 'replay'
}

/**
 * Records or replays, whichever is wanted, so that one test does both. Nothing is ever recorded unless it was asked for.
 * @throws DroverError what `record` and `replay` throw.
 */
export function openCassette(file: string, options: OpenCassetteOptions): CassetteBackend {
  const { backend, mode = 'auto', order, ignore, redact, timing, runtime } = options
  if (!['auto', 'record', 'replay'].includes(mode)) {
    throw new DroverError(
      'config.invalid',
      `Expected \`mode\` to be 'auto', 'record' or 'replay', got ${JSON.stringify(mode)}.`,
    )
  }
  const isRecorded = mode === 'record' || (mode === 'auto' && process.env['DROVER_RECORD'] === '1')
  const shared = { ...(redact && { redact }), ...(timing !== undefined && { timing }) }
  if (isRecorded) return record(backend(), file, { ...shared, ...(runtime && { runtime }) })
  return replay(file, { ...shared, ...(order && { order }), ...(ignore && { ignore }) })
}
