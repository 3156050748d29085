import type { Message, ToolMessage } from '@drover/core'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openStep, trimMessages, type TrimmedMessages } from '../../src/run/trim.ts'
import { estimateMessage } from '../../src/wire/estimate-tokens.ts'
import { faultsOf, validHistory } from './histories.ts'

const system: Message = { role: 'system', content: 'Be brief.' }
const user = (content: string): Message => ({ role: 'user', content })
const said = (content: string): Message => ({ role: 'assistant', content })
const asks = (...ids: string[]): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: ids.map((toolCallId) => ({ toolCallId, toolName: 'look', input: {} })),
})
const answers = (toolCallId: string, content: string): ToolMessage => ({
  role: 'tool',
  toolCallId,
  toolName: 'look',
  content,
})
const long = 'x'.repeat(1000)
const mark = (chars: number): string =>
  `[A result of ${chars} characters was left out to save room.]`

/** By characters, so that the figures below can be read. */
const cost = ({ content }: Message): number => content.length
const trim = (messages: readonly Message[], limit: number, target = limit): TrimmedMessages =>
  trimMessages(messages, { limit, target, cost })

describe('a conversation that costs too much', () => {
  test('loses its oldest tool results first, and says how long they were', () => {
    const messages = [
      user('One?'),
      asks('a', 'b'),
      answers('a', long),
      answers('b', long),
      said('One.'),
      user('Two?'),
      asks('c'),
      answers('c', long),
    ]
    const trimmed = trim(messages, 2200)
    expect(trimmed.messages[2]).toEqual(answers('a', mark(1000)))
    expect(trimmed.messages.filter(({ content }) => content === long)).toHaveLength(2)
    expect([trimmed.shortened, trimmed.dropped]).toEqual([1, 0])
  })

  test('keeps on to the target, so that the next steps have room', () => {
    const messages = ['a', 'b', 'c', 'd'].flatMap((id) => [asks(id), answers(id, long)])
    const { messages: left, shortened } = trim(
      [user('Go'), ...messages, asks('e'), answers('e', '')],
      3500,
      2000,
    )
    expect(shortened).toBe(3)
    expect(left.reduce((sum, message) => sum + cost(message), 0)).toBeLessThan(2000)
  })

  test('keeps results that are about as short as the mark', () => {
    const messages = [user('Go'), asks('a'), answers('a', 'x'.repeat(255)), user('And?')]
    expect(trim(messages, 10).messages).toEqual([user('And?')])
    const { messages: left } = trim(
      [user('Go'), asks('a'), answers('a', 'x'.repeat(255)), user(long)],
      1200,
    )
    expect(left).toEqual([user(long)])
  })

  test('then loses its oldest turns as a whole, never the system message', () => {
    const messages = [
      system,
      user(long),
      said(long),
      user('Two?'),
      asks('a'),
      answers('a', 'seen'),
      said('Two.'),
      user('Three?'),
    ]
    const trimmed = trim(messages, 1500)
    expect(trimmed.messages).toEqual([system, ...messages.slice(3)])
    expect([trimmed.shortened, trimmed.dropped]).toEqual([0, 2])
  })

  test('of the last turn loses the oldest steps, and keeps what was asked and the step under way', () => {
    const messages = [
      user('Old?'),
      said('Old.'),
      user('Go'),
      ...['a', 'b'].flatMap((id) => [{ ...asks(id), content: long }, answers(id, 'seen')]),
      asks('c', 'd'),
      answers('c', 'seen'),
      answers('d', 'seen'),
    ]
    expect(trim(messages, 1100).messages).toEqual([
      user('Go'),
      { ...asks('b'), content: long },
      answers('b', 'seen'),
      ...messages.slice(-3),
    ])
    expect(trim(messages, 100).messages).toEqual([user('Go'), ...messages.slice(-3)])
  })

  test('at last leaves out the middle of what the model has not seen yet', () => {
    const messages = [user('Go'), asks('a', 'b'), answers('a', long), answers('b', 'short')]
    const trimmed = trim(messages, 600)
    const [first, second] = trimmed.messages.slice(2)
    expect(first?.content).toHaveLength(512)
    expect(first?.content).toContain('1000 characters in all')
    expect(second?.content).toBe('short')
    expect([trimmed.shortened, trimmed.dropped]).toEqual([1, 0])
  })

  test('keeps a message of the user that goes on over several', () => {
    const messages = [
      user('Old?'),
      said('Old.'),
      user(long),
      user(long),
      asks('a'),
      answers('a', 'seen'),
    ]
    expect(trim(messages, 10).messages).toEqual(messages.slice(2))
  })

  test('comes back as it is where nothing can be left out', () => {
    const messages = [system, user(long)]
    expect(trim(messages, 10).messages).toBe(messages)
    expect(trim([], -1).messages).toEqual([])
  })
})

const sized = fc
  .tuple(validHistory, fc.array(fc.nat({ max: 3000 }), { minLength: 1, maxLength: 40 }))
  .map(([messages, sizes]) =>
    messages.map((message, index): Message => {
      const more = sizes[index % sizes.length] ?? 0
      return message.role === 'tool' || index % 5 === 4
        ? { ...message, content: message.content + 'word '.repeat(more / 5) }
        : message
    }),
  )

test(
  'whatever the conversation and the limit: fits, whole, in order, and once and for all',
  { timeout: 120_000 },
  () => {
    let trimmedRuns = 0
    fc.assert(
      fc.property(
        sized,
        fc.nat({ max: 1000 }),
        fc.nat({ max: 100 }),
        (messages, permille, percent) => {
          const total = (list: readonly Message[]): number =>
            list.reduce((sum, message) => sum + estimateMessage(message), 0)
          const limit = Math.floor((total(messages) * permille) / 900)
          const options = {
            limit,
            target: Math.floor((limit * percent) / 100),
            cost: estimateMessage,
          }
          const { messages: left, shortened, dropped } = trimMessages(messages, options)
          const isOver = total(messages) > limit
          expect(left === messages).toBe(!isOver || shortened + dropped === 0)
          if (!isOver) return
          trimmedRuns++
          expect(faultsOf(left)).toEqual([])
          expect(trimMessages(left, options)).toEqual({ messages: left, shortened: 0, dropped: 0 })
          expect(left).toHaveLength(messages.length - dropped)
          expect(left.filter(({ role }) => role === 'system')).toEqual(
            messages.filter(({ role }) => role === 'system'),
          )
          const question = messages.findLast(({ role }) => role === 'user')
          expect(left.findLast(({ role }) => role === 'user')).toBe(question)
          // What is left stood there, in this order; of results the text may be shorter.
          let place = 0
          let short = 0
          for (const message of left) {
            const isSame = (one: Message): boolean =>
              one === message ||
              (one.role === 'tool' &&
                message.role === 'tool' &&
                one.toolCallId === message.toolCallId)
            place = messages.findIndex((one, index) => index >= place && isSame(one))
            expect(place).toBeGreaterThanOrEqual(0)
            if (messages[place] !== message) short++
            place++
          }
          expect(short).toBeLessThanOrEqual(shortened)
          const open = messages.slice(openStep(messages))
          const kept = left.slice(openStep(left))
          expect(kept.map(({ role }) => role)).toEqual(open.map(({ role }) => role))
          // More than the limit only where nothing is left but what must stay, as short as a mark allows.
          if (total(left) <= limit) return
          const must = messages.filter(({ role }) => role === 'system').length + open.length
          const questions = left.filter(({ role }) => role === 'user').length
          expect(left).toHaveLength(must + questions)
          const results = kept.filter(({ role }) => role === 'tool')
          expect(results.every(({ content }) => content.length <= 400)).toBe(true)
        },
      ),
      { numRuns: 10_000 },
    )
    expect(trimmedRuns).toBeGreaterThan(5000)
  },
)
