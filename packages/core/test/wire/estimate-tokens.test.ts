import { estimateTokens } from '@drover/core/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { countInput } from '../../src/wire/estimate-tokens.ts'
import type { Message } from '../../src/message.ts'

/** Texts with their true count: the larger of what Llama 3's tokenizer (llama3-tokenizer-js 1.2.0) and o200k (gpt-tokenizer 4.0.0) give. */
const counted: readonly (readonly [what: string, text: string, tokens: number])[] = [
  [
    'English',
    'The harbour was quiet when the last ferry came in. Two dogs slept on the quay, and a woman in a yellow coat counted the crates that nobody had come to fetch since Tuesday.',
    37,
  ],
  [
    'German',
    'Der letzte Zug nach Köln fährt wegen der Bauarbeiten heute Abend von einem anderen Gleis; Fahrgäste mit Fahrrädern steigen bitte vorne ein.',
    40,
  ],
  [
    'Polish',
    'Wczoraj wieczorem pociąg do Krakowa przyjechał z dużym opóźnieniem, więc zdążyliśmy jeszcze wypić herbatę.',
    42,
  ],
  [
    'Russian',
    'Последний поезд отправляется сегодня вечером с другого пути, поэтому пассажиров просят пройти на вторую платформу.',
    30,
  ],
  [
    'Arabic',
    'ينطلق القطار الأخير هذا المساء من رصيف آخر، لذلك يرجى من المسافرين التوجه إلى الرصيف الثاني.',
    32,
  ],
  ['Hindi', 'आख़िरी ट्रेन आज शाम दूसरे प्लेटफ़ॉर्म से चलेगी, इसलिए यात्री कृपया वहाँ जाएँ।', 44],
  [
    'Chinese',
    '最后一班火车今晚将从另一个站台发车,请旅客们前往二号站台候车,并看管好自己的行李。',
    36,
  ],
  [
    'Japanese',
    '最終列車は今夜、別のホームから発車しますので、お客様は二番線へお進みください。',
    29,
  ],
  [
    'Korean',
    '마지막 열차는 오늘 저녁 다른 승강장에서 출발하므로 승객 여러분은 이번 승강장으로 이동해 주십시오.',
    31,
  ],
  [
    'TypeScript',
    'export const total = (rows: readonly Row[]): number =>\n  rows.reduce((sum, { price, count }) => sum + price * count, 0)\n',
    33,
  ],
  [
    'JSON',
    '{"id":42,"name":"Ada","tags":["admin","staff"],"address":{"city":"Porto","zip":"4000-123"},"active":true,"score":9.75}',
    41,
  ],
  [
    'CSV',
    '2026-11-20,14:05,LIS,OPO,41,18.50\n2026-11-20,15:05,LIS,OPO,38,18.50\n2026-11-20,16:05,LIS,OPO,44,21.00\n',
    63,
  ],
  [
    'HTML',
    '<ul class="menu"><li><a href="/docs/start?x=1">Start</a></li><li><a href="/docs/api">API</a></li></ul>',
    39,
  ],
  ['digits', '3.14159265358979 2.71828182845904 1.61803398874989 1.41421356237309', 31],
  ['emoji', '🚆🌧️☕ 3 cafés, 2 trams 🚋🎉', 24],
]

describe('an estimate', () => {
  test.each(counted)(
    'of %s is at least the true count, and not far above it',
    (_what, text, tokens) => {
      expect(estimateTokens(text)).toBeGreaterThanOrEqual(tokens)
      expect(estimateTokens(text)).toBeLessThanOrEqual(tokens * 3)
    },
  )

  test('of nothing is 0', () => {
    expect(estimateTokens('')).toBe(0)
  })
})

const message = fc.oneof(
  fc.record({ role: fc.constant('user' as const), content: fc.string({ unit: 'binary' }) }),
  fc.record({
    role: fc.constant('assistant' as const),
    content: fc.string(),
    toolCalls: fc.array(
      fc.record({
        toolCallId: fc.constant('call00001'),
        toolName: fc.string(),
        input: fc.jsonValue({ maxDepth: 2 }),
      }),
      { maxLength: 3 },
    ),
  }),
) as fc.Arbitrary<Message> // `fc.jsonValue` gives what `JsonValue` names

describe('the count of a growing conversation', () => {
  test('is the same taken step by step as at once', () => {
    fc.assert(
      fc.property(fc.array(message), fc.nat(20), (messages, cut) => {
        const list = messages.slice(0, cut)
        const growing = countInput({ instructions: 'Be brief.', tools: '[]' })
        growing.of(list)
        list.push(...messages.slice(cut))
        const whole = countInput({ instructions: 'Be brief.', tools: '[]' })
        expect(growing.of(list)).toBe(whole.of(messages))
      }),
      { numRuns: 1000 },
    )
  })

  test('starts again for another list, such as one that was trimmed', () => {
    const count = countInput({})
    const short: Message[] = [{ role: 'user', content: 'Hi.' }]
    count.of([...short, { role: 'user', content: 'x'.repeat(3000) }])
    expect(count.of(short)).toBe(countInput({}).of(short))
  })

  test('goes on from what the service counted', () => {
    const count = countInput({})
    const list: Message[] = [{ role: 'user', content: 'x'.repeat(3000) }]
    count.of(list)
    count.learn(700, 1)
    expect(count.of(list)).toBe(700)
    list.push({ role: 'user', content: '' })
    expect(count.of(list)).toBeGreaterThan(700)
    expect(count.of(list)).toBeLessThan(720)
  })

  test('keeps its estimate where the service told nothing', () => {
    const count = countInput({})
    const list: Message[] = [{ role: 'user', content: 'Hi.' }]
    const estimate = count.of(list)
    count.learn(0, 1)
    expect(count.of(list)).toBe(estimate)
  })
})
