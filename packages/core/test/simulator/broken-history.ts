import type { Message } from '@drover/core'
import type { Random } from './random.ts'

/** A conversation as somebody stored it who did not take care; it ends with what the user says now. */
export function brokenHistory(random: Random, said: string): readonly Message[] {
  const call = { toolCallId: 'old1', toolName: 'look_up', input: { mark: 'old', amount: 20 } }
  const asks = { role: 'assistant', content: '', toolCalls: [call] }
  const answer = { role: 'tool', toolCallId: 'old1', toolName: 'look_up', content: 'old result' }
  const histories: readonly (readonly unknown[])[] = [
    [{ role: 'user', content: 'Before.' }, asks],
    [{ role: 'user', content: 'Before.' }, answer],
    [asks, { role: 'user', content: 'Between.' }, answer],
    [asks, answer, answer, asks, answer],
    [
      { role: 'assistant', content: null },
      { role: 'System', content: 'Be kind.' },
    ],
    [
      { role: 'system', content: 'One.' },
      { role: 'user', content: 'x' },
      { role: 'system', content: 'Two.' },
    ],
    [{ role: 'user', content: [{ type: 'text', text: 'In parts \ud800.' }] }],
    [
      { ...asks, toolCalls: [{ ...call, input: '{"mark":"old"}' }] },
      { ...answer, toolName: 'other' },
    ],
  ]
  const broken = [...random.pick(histories), { role: 'user', content: said }]
  return broken as readonly Message[] // it is not what its type says: that is the point
}
