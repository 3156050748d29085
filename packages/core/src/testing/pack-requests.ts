import { DroverError } from '../errors.ts'
import { canonicalJson } from '../canonical-json.ts'
import type { JsonValue } from '../message.ts'
import type { JsonRecord, PackedRequest, RecordedRequest } from './cassette.ts'

/** Messages of all requests together: more is no recording of tests, but an attack on memory. */
const MAX_MESSAGES = 1_000_000

/** Writes each request as its difference to the one before. */
export function packRequests(requests: readonly RecordedRequest[]): readonly PackedRequest[] {
  let before: JsonRecord = {}
  return requests.map(({ model, inputs }) => {
    const same: string[] = []
    const fresh: [string, JsonValue][] = []
    let count = 0
    for (const [name, value] of Object.entries(inputs)) {
      const earlier = before[name]
      if (name === 'messages' && Array.isArray(value) && Array.isArray(earlier)) {
        count = commonLength(earlier, value)
        fresh.push([name, value.slice(count)])
      } else if (Object.hasOwn(before, name) && isEqual(earlier, value)) same.push(name)
      else fresh.push([name, value])
    }
    before = inputs
    const repeated = {
      ...(same.length > 0 && { inputs: same }),
      ...(count > 0 && { messages: count }),
    }
    return {
      model,
      ...(Object.keys(repeated).length > 0 && { same: repeated }),
      inputs: Object.fromEntries(fresh),
    }
  })
}

/**
 * The requests as they were sent.
 * @throws DroverError `config.input` where one refers to what the one before it does not have; `security.limit` past a
 * million messages.
 */
export function unpackRequests(requests: readonly PackedRequest[]): readonly RecordedRequest[] {
  let before: JsonRecord = {}
  let messages = 0
  return requests.map(({ model, same = {}, inputs }, index) => {
    const refuse = (what: string): DroverError =>
      new DroverError(
        'config.input',
        `Expected \`exchanges[${index}].request.same\` of the cassette to name what the request before it has, got ${what}.`,
      )
    const repeated = (same.inputs ?? []).map((name): [string, JsonValue] => {
      const value = Object.hasOwn(before, name) ? before[name] : undefined
      if (value === undefined) throw refuse('another input')
      return [name, value]
    })
    const whole: Record<string, JsonValue> = Object.fromEntries([
      ...repeated,
      ...Object.entries(inputs),
    ])
    const { messages: fresh } = inputs
    if (same.messages !== undefined) {
      const earlier = Object.hasOwn(before, 'messages') ? before['messages'] : undefined
      if (!Array.isArray(earlier) || !Array.isArray(fresh) || earlier.length < same.messages) {
        throw refuse(`${same.messages} messages`)
      }
      messages += same.messages
      if (messages > MAX_MESSAGES) {
        throw new DroverError(
          'security.limit',
          'The requests of a cassette hold more than a million messages.',
        )
      }
      whole['messages'] = [...earlier.slice(0, same.messages), ...fresh]
    }
    before = whole
    return { model, inputs: whole }
  })
}

function commonLength(before: readonly JsonValue[], now: readonly JsonValue[]): number {
  let length = 0
  while (length < before.length && length < now.length && isEqual(before[length], now[length])) {
    length++
  }
  return length
}

const isEqual = (a: JsonValue | undefined, b: JsonValue | undefined): boolean =>
  canonicalJson(a) === canonicalJson(b)
