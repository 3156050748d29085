import { DroverError, type Message } from '@drover/core'
import { seedInputSchema } from '@drover/emulator'
import { Ajv } from 'ajv'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { HistoryPolicy } from '../../src/run/history-repair.ts'
import { readHistory, type ReadHistory } from '../../src/run/read-history.ts'
import { createConversation } from '../../src/wire/request.ts'
import { faultsOf, validHistory } from './histories.ts'

const RUNS = { numRuns: 10_000 }
// On a busy machine.
const SLOW = { timeout: 120_000 }
const isInput = new Ajv({ strict: false, validateFormats: false }).compile(seedInputSchema)

const throws = (): never => {
  throw new Error('A getter that throws')
}
const revoked = (): object => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const cycle = (): object => {
  const ring: Record<string, unknown> = { role: 'user', text: 'x' }
  ring['input'] = ring
  ring['content'] = ring
  return ring
}
/** Made anew for each use, and never seen by fast-check itself: some of them throw when they are looked at. */
type Make<Value> = () => Value

const hostile = fc.constantFrom<Make<unknown>>(
  () => Object.defineProperty({ role: 'user' }, 'content', { enumerable: true, get: throws }),
  () => new Proxy({ role: 'user', content: 'x' }, { getOwnPropertyDescriptor: throws }),
  () => new Proxy([], { get: throws }),
  () => ({ toJSON: throws }),
  () => JSON.parse('{"role":"user","content":"x","__proto__":{"role":"system"}}'),
  revoked,
  cycle,
)

const anyValue: fc.Arbitrary<Make<unknown>> = fc.oneof(
  { weight: 6, arbitrary: hostile },
  { weight: 1, arbitrary: fc.nat({ max: 3 }).map((more) => () => '😀'.repeat(65_534 + more)) },
  {
    weight: 60,
    arbitrary: fc
      .oneof(
        fc.constantFrom(undefined, null, '', [], {}, 7, 'robot', 'User', 'developer', '{"a":1}'),
        fc.constantFrom('call0', 'call1', 'call00002'),
        fc.array(fc.oneof(fc.string(), fc.record({ text: fc.string() })), { maxLength: 3 }),
        fc.anything({ maxDepth: 2 }),
      )
      .map((value) => () => value),
  },
)

const damage = fc.record({
  kind: fc.constantFrom('drop', 'repeat', 'swap', 'field', 'call', 'all', 'insert'),
  at: fc.nat({ max: 30 }),
  to: fc.nat({ max: 30 }),
  key: fc.constantFrom('role', 'content', 'toolCalls', 'toolCallId', 'toolName', 'isError'),
  callKey: fc.constantFrom('toolCallId', 'toolName', 'input'),
  make: anyValue,
})
type Damage = typeof damage extends fc.Arbitrary<infer Value> ? Value : never

function apply(messages: unknown[], { kind, at, to, key, callKey, make }: Damage): void {
  const place = at % (messages.length + 1)
  const other = to % (messages.length + 1)
  const message = Object(messages[place]) as Record<string, unknown> // a copy of a message of ours, or a value we made
  if (kind === 'drop') messages.splice(place, 1)
  if (kind === 'repeat') messages.splice(other, 0, messages[place])
  if (kind === 'swap') messages.splice(other, 0, ...messages.splice(place, 1))
  if (kind === 'all') messages[place] = make()
  if (kind === 'insert') messages.splice(place, 0, make())
  if (kind === 'field') messages[place] = { ...message, [key]: make() }
  if (kind !== 'call') return
  const calls: unknown = message['toolCalls']
  const [first, ...rest]: readonly object[] = Array.isArray(calls) ? calls : []
  const changed = { ...first, [callKey]: make() }
  messages[place] = {
    ...message,
    toolCalls: to % 2 === 0 ? [changed, ...rest] : [...rest, changed],
  }
}

/** A conversation, damaged now and then. */
const anyHistory: fc.Arbitrary<Make<unknown[]>> = fc
  .tuple(validHistory, fc.array(damage, { maxLength: 5 }))
  .map(([messages, damages]) => () => {
    const damaged: unknown[] = JSON.parse(JSON.stringify(messages))
    for (const one of damages) {
      try {
        apply(damaged, one)
      } catch {
        // A hostile value keeps away what was to be done to it.
      }
    }
    return damaged
  })

const read = (given: unknown, policy: HistoryPolicy): ReadHistory | undefined => {
  try {
    return readHistory(given, policy)
  } catch (error) {
    expect(error).toBeInstanceOf(DroverError)
    expect(error).toMatchObject({ code: 'config.input' })
    return undefined
  }
}

const bodyOf = (messages: readonly Message[], history: 'llama' | 'openai'): string =>
  createConversation({
    model: 'any',
    history,
    instructions: undefined,
    sampling: { max_tokens: 100 },
    tools: undefined,
    messages,
  })
    .request({ withTools: false, maxTokens: 100 })
    .body()

test('what can be sent comes back as it is, whatever the policy', SLOW, () => {
  fc.assert(
    fc.property(validHistory, fc.constantFrom('repair', 'refuse'), (messages, policy) => {
      expect(faultsOf(messages)).toEqual([])
      const { messages: got, repairs } = readHistory(messages, policy)
      expect(JSON.stringify(got)).toBe(JSON.stringify(messages))
      expect(repairs).toEqual([])
    }),
    RUNS,
  )
})

test(
  'whatever is given is refused, or repaired to what the service takes, once and for all, and no text of a user is lost',
  SLOW,
  () => {
    let repaired = 0
    let refused = 0
    fc.assert(
      fc.property(anyHistory, (make) => {
        const given = make()
        const history = read(given, 'repair')
        if (history === undefined) return void refused++
        const { messages, repairs } = history
        if (repairs.length > 0) repaired++
        expect(faultsOf(messages)).toEqual([])
        expect(keepsUserText(given, messages)).toBe(true)
        for (const form of ['llama', 'openai'] as const) {
          const body = bodyOf(messages, form)
          expect(isInput(JSON.parse(body)), body.slice(0, 2000)).toBe(true)
          expect(body.isWellFormed()).toBe(true)
        }
        expect(readHistory(messages, 'repair')).toEqual({ messages, repairs: [] })
        expect(JSON.stringify(readHistory(messages, 'refuse').messages)).toBe(
          JSON.stringify(messages),
        )
        // What needs no repair is what is not refused, and each repair names a message that was given.
        expect(read(given, 'refuse') === undefined).toBe(repairs.length > 0)
        for (const { place } of repairs) expect(Number(place.slice(8))).toBeLessThan(given.length)
      }),
      RUNS,
    )
    expect(repaired).toBeGreaterThan(1500)
    expect(refused).toBeGreaterThan(300)
  },
)

const anything = fc.oneof(
  anyValue,
  fc.array(anyValue, { maxLength: 4 }).map((makes) => () => makes.map((make) => make())),
)

test('anything at all is refused or read, never with an error of another kind', SLOW, () => {
  fc.assert(
    fc.property(anything, (make) => {
      const history = read(make(), 'repair')
      if (history === undefined) return
      expect(faultsOf(history.messages)).toEqual([])
      expect(history.messages.length).toBeGreaterThan(0)
    }),
    RUNS,
  )
})

/** What a user says in a message, as far as it is text; undefined where that cannot be said. */
function userText(message: unknown): string | undefined {
  if (message === null) return ''
  const { role, content } = message as Readonly<Record<string, unknown>> // it was read without an error before
  const isUser = typeof role === 'string' && ['user', 'human'].includes(role.trim().toLowerCase())
  if (!isUser || content === undefined || content === null) return ''
  if (typeof content === 'string') return content
  if (!Array.isArray(content)) return undefined
  const parts = content.map((part: unknown) => (typeof part === 'string' ? part : textIn(part)))
  return parts.filter((part) => part !== '').join('\n')
}

function textIn(part: unknown): string {
  const text = Object.getOwnPropertyDescriptor(Object(part), 'text')?.value
  return typeof text === 'string' ? text : ''
}

/** Whether all that a user said is there, in its order; true where a content is no text and cannot be compared. */
function keepsUserText(given: readonly unknown[], messages: readonly Message[]): boolean {
  const texts = given.map(userText)
  const kept = messages.flatMap(({ role, content }) => (role === 'user' ? content : []))
  return texts.includes(undefined) || kept.join('') === texts.join('')
}
