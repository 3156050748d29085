import { systemRuntime, type Runtime } from '../runtime.ts'
import {
  KEPT_HEADERS,
  type BodyEnding,
  type Cassette,
  type JsonRecord,
  type RecordedAnswer,
  type RecordedRequest,
} from './cassette.ts'
import { createCassetteRedaction, type RedactOptions } from './cassette-redaction.ts'
import { packRequests } from './pack-requests.ts'
import { printJson } from './print-json.ts'
import { toRecordedBody } from './recorded-body.ts'

/** What is recorded, and how. */
export interface TapeOptions {
  /** What is taken out beside what always is. */
  readonly redact?: RedactOptions
  /** Also notes how long the answers took, for a replay that takes as long. @default false */
  readonly timing?: boolean
  /** Whose clock that is. @default systemRuntime */
  readonly runtime?: Pick<Runtime, 'now'>
}

/** Takes requests and answers as they happen, and gives them as the text of a cassette. */
export interface Tape {
  /** A request is sent. */
  readonly begin: (model: string, inputs: JsonRecord) => TapeEntry
  /** Keeps the events of a run, to be compared with those of a replay. */
  readonly takeRun: (events: readonly object[]) => void
  /** The cassette so far, without its secrets. An answer that is not over counts as left by its reader. */
  readonly text: () => string
}

/** What comes of one request, told as it happens. */
export interface TapeEntry {
  readonly answer: (status: number, headers: Iterable<readonly [string, string]>) => void
  readonly chunk: (bytes: Uint8Array) => void
  readonly end: (ending: BodyEnding) => void
  /** There is no answer. */
  readonly fail: (error: unknown) => void
}

/** A request and what is known of its answer. */
interface Take {
  readonly request: RecordedRequest
  answer: { status: number; headers: Record<string, string> } | undefined
  failure: string | undefined
  ending: BodyEnding
  readonly chunks: Uint8Array[]
  readonly waitsMs: number[]
}

/**
 * Makes a tape for what `name` answers. `ownRedaction` is the backend's.
 * @throws DroverError `config.invalid` for `redact.secrets` that are none.
 */
export function createTape(
  name: string,
  { redact, timing = false, runtime = systemRuntime }: TapeOptions = {},
  ownRedaction?: (text: string) => string,
): Tape {
  const redaction = createCassetteRedaction(redact, ownRedaction)
  const takes: Take[] = []
  const runs: JsonRecord[][] = []

  const begin = (model: string, inputs: JsonRecord): TapeEntry => {
    const request = { model: redaction.text(model), inputs: redaction.json(inputs) }
    const take: Take = {
      request,
      answer: undefined,
      failure: undefined,
      ending: 'left',
      chunks: [],
      waitsMs: [],
    }
    takes.push(take)
    let latest = runtime.now()
    const tick = (): void => {
      const now = runtime.now()
      take.waitsMs.push(Math.max(0, Math.round(now - latest)))
      latest = now
    }
    return {
      answer: (status, headers) => {
        tick()
        const kept = [...headers].filter(([header]) => KEPT_HEADERS.includes(header.toLowerCase()))
        take.answer = {
          status,
          headers: Object.fromEntries(kept.map(([header, value]) => [header.toLowerCase(), value])),
        }
      },
      chunk: (bytes) => {
        tick()
        // A copy: its owner may use the memory again.
        take.chunks.push(bytes.slice())
      },
      end: (ending) => {
        take.ending = ending
      },
      fail: (error) => {
        take.failure = messageOf(error)
      },
    }
  }

  const toAnswer = ({ answer, failure, chunks, ending, waitsMs }: Take): RecordedAnswer => {
    if (failure !== undefined) return { failure: redaction.text(failure) }
    if (answer === undefined) return 'left'
    const isStream = answer.headers['content-type']?.includes('event-stream') === true
    const over = typeof ending === 'object' ? { failure: redaction.text(ending.failure) } : ending
    const isWhole = over === 'end' || (over === 'left' && isStream && endsWithDone(chunks))
    return {
      status: answer.status,
      headers: redaction.json(answer.headers),
      ...(timing && { waitsMs }),
      body: toRecordedBody(chunks, isWhole ? 'end' : over, isStream, redaction),
    }
  }

  return {
    begin,
    takeRun: (events) => {
      // Events are plain JSON, whatever their types are called.
      runs.push(redaction.json(JSON.parse(JSON.stringify(events)) as JsonRecord[]))
    },
    text: () => {
      const requests = packRequests(takes.map(({ request }) => request))
      const exchanges = requests.flatMap((request, index) => {
        const take = takes[index]
        return take === undefined ? [] : [{ request, answer: toAnswer(take) }]
      })
      const cassette: Cassette = { version: 1, backend: redaction.text(name), exchanges, runs }
      return `${printJson(cassette)}\n`
    },
  }
}

/** Who leaves a stream behind its end mark has read it all. */
function endsWithDone(chunks: readonly Uint8Array[]): boolean {
  const decoder = new TextDecoder()
  const end = chunks
    .slice(-20)
    .map((chunk) => decoder.decode(chunk.subarray(-20), { stream: true }))
  return /data: ?\[DONE\]\s*$/.test(end.join(''))
}

/** What went wrong, in words; what `fetch` says stands in the cause. */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message
}
