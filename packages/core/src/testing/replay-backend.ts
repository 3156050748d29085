import { DroverError } from '../errors.ts'
import type { JsonValue } from '../message.ts'
import { checkOption } from '../option.ts'
import { systemRuntime, wait, type Runtime } from '../runtime.ts'
import type { Backend } from '../wire/backend.ts'
import type { JsonRecord, RecordedAnswer } from './cassette.ts'
import { createCassetteRedaction, type RedactOptions } from './cassette-redaction.ts'
import { firstDifference, without, type Difference } from './first-difference.ts'
import { unpackRequests } from './pack-requests.ts'
import { readCassette } from './read-cassette.ts'
import { toResponse, whenAborted } from './recorded-response.ts'

/** How a cassette is replayed. */
export interface ReplayOptions {
  /** `any`: each request gets the first exchange left that equals it, whatever was asked before. @default 'strict' */
  readonly order?: 'strict' | 'any'
  /** Paths into the inputs that may differ, such as `seed`, `messages[0].content` or `messages.*.content`. */
  readonly ignore?: readonly string[]
  /** Takes as long as the recorded answers did, where that was recorded. @default false: no time at all */
  readonly timing?: boolean
  /** Whose time that is. @default systemRuntime */
  readonly runtime?: Pick<Runtime, 'setTimer'>
  /** What is taken out of requests and messages, as when the cassette was recorded. */
  readonly redact?: RedactOptions
  /** What messages call the cassette, such as its file. @default 'the cassette' */
  readonly name?: string
  /** Ends the message about a difference: how to record anew. */
  readonly hint?: string
}

/** A backend that answers as another one did when it was recorded. */
export interface ReplayBackend extends Backend {
  /** True: it may be asked while `forbidModelRequests()` is in force. */
  readonly scripted: true
  /**
   * What was recorded for this request; uses it up.
   * @throws DroverError `test.unscripted` with the first difference, and again for every later request.
   */
  readonly take: (model: string, inputs: JsonRecord) => RecordedAnswer
  /**
   * Compares the events of a run with the next recorded ones. Times and durations, the run's id and what is made of it may
   * differ.
   * @throws DroverError `test.unscripted` with the first difference.
   */
  readonly takeRun: (events: readonly object[]) => void
  /** @throws DroverError `test.unscripted` when a request differed, or recorded exchanges or runs are left over. */
  readonly assertComplete: () => void
}

/** What differs between two runs of the same agent that do the same. */
const VARYING = ['*.time', '*.durationMs', '*.runId', '*.idempotencyKey', '*.retryInMs']

/**
 * Replays a cassette: its text, or what `JSON.parse` made of it. Requests must come in the recorded order and be equal,
 * key order aside; otherwise `test.unscripted` shows the first difference, and nothing is answered any more. Answers come
 * in their recorded chunks; one that its reader left stays open until it is left again.
 * @throws DroverError `config.input` or `security.limit` for what is no cassette; `config.invalid` for an option.
 */
export function replayBackend(cassette: unknown, options: ReplayOptions = {}): ReplayBackend {
  const { order = 'strict', ignore = [], timing = false, runtime = systemRuntime } = options
  const { name = 'the cassette', hint = 'If the change is meant, record the cassette again.' } =
    options
  checkOption('order', order, ['strict', 'any'])
  checkOption('timing', timing, 'boolean')
  const { backend, exchanges, runs } = readCassette(cassette)
  const requests = unpackRequests(exchanges.map(({ request }) => request))
  const redaction = createCassetteRedaction(options.redact)
  const left = new Set(exchanges.keys())
  let failure: DroverError | undefined
  let asked = 0
  let compared = 0

  const fail = (message: string): DroverError => {
    failure = new DroverError('test.unscripted', `${message}\n${hint}`)
    return failure
  }
  // What was no secret when it was recorded may be called one now: it is equal all the same, and only messages hide it.
  const compare = (recorded: JsonValue, came: JsonValue): Difference | undefined => {
    const difference = firstDifference(recorded, redaction.json(came))
    return difference && firstDifference(recorded, came) && difference
  }
  const find = (got: JsonRecord): number => {
    let closest: Difference | undefined
    for (const index of left) {
      const { model, inputs } = requests[index] ?? { model: '', inputs: {} }
      const difference = compare({ model, inputs: without(inputs, ignore) }, got)
      if (difference === undefined) return index
      closest ??= difference
      if (order === 'strict') break
    }
    if (closest === undefined) {
      throw fail(
        `Request ${asked} came, and ${name} holds ${exchanges.length}. Its last message is:\n${lastOf(redaction.json(got))}`,
      )
    }
    throw fail(
      order === 'strict'
        ? `Request ${asked} is not the one in ${name}. The first difference is at \`${closest.path}\` ` +
            `(- recorded, + asked):\n${closest.lines()}`
        : `Request ${asked} is none of the ${left.size} left in ${name}. From the first of them it differs at ` +
            `\`${closest.path}\` (- recorded, + asked):\n${closest.lines()}`,
    )
  }
  const take = (model: string, inputs: JsonRecord): RecordedAnswer => {
    if (failure !== undefined) throw failure
    asked++
    const index = find({ model, inputs: without(inputs, ignore) })
    left.delete(index)
    return exchanges[index]?.answer ?? 'left'
  }

  return {
    name: backend,
    scripted: true,
    take,
    send: async (request, { signal }) => {
      signal?.throwIfAborted()
      const answer = take(request.model, JSON.parse(request.body()))
      if (answer === 'left') return new Promise((_resolve, reject) => whenAborted(signal, reject))
      if ('failure' in answer) throw new TypeError(answer.failure)
      const pause = (index: number): Promise<void> | undefined => {
        const ms = timing ? answer.waitsMs?.[index] : undefined
        return ms === undefined || ms === 0
          ? undefined
          : wait({ ...systemRuntime, ...runtime }, ms, signal)
      }
      await pause(0)
      return toResponse(answer, pause, signal)
    },
    takeRun: (events) => {
      if (failure !== undefined) throw failure
      const recorded = runs[compared++]
      if (recorded === undefined) {
        throw fail(`Run ${compared} was to be compared, and ${name} holds ${runs.length}.`)
      }
      // Events are plain JSON, whatever their types are called.
      const came = JSON.parse(JSON.stringify(events)) as JsonRecord[]
      const difference = compare(without(recorded, VARYING), without(came, VARYING))
      if (difference === undefined) return
      throw fail(
        `Run ${compared} did not happen as in ${name}. The first difference is at \`events${difference.path}\` ` +
          `(- recorded, + happened):\n${difference.lines()}`,
      )
    },
    assertComplete: () => {
      if (failure !== undefined) throw failure
      const [first] = left
      if (first !== undefined) {
        throw fail(
          `${left.size} of the ${exchanges.length} exchanges in ${name} were never asked for. ` +
            `The first is number ${first + 1}; its last message is:\n${lastOf({ ...requests[first] })}`,
        )
      }
      if (compared > 0 && compared < runs.length) {
        throw fail(
          `${runs.length - compared} of the ${runs.length} runs in ${name} did not happen.`,
        )
      }
    },
  }
}

/** What was said last, to find the place by. */
function lastOf(request: JsonRecord): string {
  const inputs = Object(request['inputs'])
  const last: unknown = Array.isArray(inputs.messages) ? inputs.messages.at(-1) : inputs.prompt
  const text = JSON.stringify(last) ?? '(none)'
  return `    ${text.length > 400 ? `${text.slice(0, 400)}…` : text}`
}
