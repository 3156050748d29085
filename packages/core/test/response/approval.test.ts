import { approve, createAgent, deny, tool, type RunEvent, type RunStream } from '@drover/core'
import { readUIMessages, toUIMessageStreamResponse } from '@drover/core/response'
import { scriptedBackend, type ScriptedBackend } from '@drover/core/testing'
import type { UIMessage } from 'ai'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { ChatPage } from './chat-page.ts'

const transfer = tool({
  name: 'transfer',
  description: 'Transfers money',
  input: z.object({ amount: z.number() }),
  approval: true,
  execute: ({ amount }) => `Transferred ${amount}.`,
})

const script = [
  { toolCalls: [{ toolName: 'transfer', input: { amount: 7 } }] },
  'Thank you.',
  'You are welcome.',
]

/** A server that keeps the events of suspended runs by the id of their message, and its page. */
function desk(): { readonly chat: ChatPage; readonly backend: ScriptedBackend } {
  const backend = scriptedBackend(script)
  const agent = createAgent({
    backend,
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    tools: [transfer],
  })
  const suspended = new Map<string, readonly RunEvent[]>()
  const keep = async (stream: RunStream): Promise<void> => {
    const { stopReason, events, approvals } = await stream.result
    if (stopReason === 'suspended') suspended.set(approvals[0]?.runId ?? '', events)
  }
  const chat = new ChatPage(({ messages }) => {
    const last = (messages as UIMessage[]).at(-1) // a page's own, as the test knows
    const events = suspended.get(last?.id ?? '')
    const stream =
      events === undefined
        ? agent.stream(readUIMessages(messages))
        : agent.stream({ events, decisions: decide(events, last) })
    void keep(stream)
    return toUIMessageStreamResponse(stream)
  })
  return { chat, backend }
}

/** What waits is what the server kept; of the page only yes or no is taken. */
const decide = (events: readonly RunEvent[], message: UIMessage | undefined) =>
  events
    .filter((event) => event.type === 'approval-request')
    .map((waiting) => {
      const isApproved = message?.parts.some(
        (part) =>
          'toolCallId' in part &&
          part.toolCallId === waiting.toolCallId &&
          part.approval?.approved === true,
      )
      const pending = { runId: message?.id ?? '', ...waiting }
      return isApproved === true ? approve(pending) : deny(pending, 'Too much.')
    })

const partOf = (chat: ChatPage): unknown =>
  chat.lastMessage?.parts.find(({ type }) => type === 'tool-transfer')

async function untilReady(chat: ChatPage): Promise<void> {
  await expect.poll(() => chat.lastMessage?.metadata).toMatchObject({ stopReason: 'answer' })
}

test('a call that needs approval waits on the page, and runs in the same message once it has it', async () => {
  const { chat } = desk()
  await chat.sendMessage({ text: 'Transfer 7.' })
  expect(chat.lastMessage?.metadata).toMatchObject({ stopReason: 'suspended' })
  expect(partOf(chat)).toMatchObject({
    state: 'approval-requested',
    input: { amount: 7 },
    approval: { id: 'call00001' },
  })
  await chat.addToolApprovalResponse({ id: 'call00001', approved: true })
  await untilReady(chat)
  expect(chat.messages.length).toBe(2)
  expect(partOf(chat)).toMatchObject({ state: 'output-available', output: 'Transferred 7.' })
  expect(chat.lastMessage?.parts).toMatchObject([
    { type: 'step-start' },
    { type: 'tool-transfer' },
    { type: 'step-start' },
    { type: 'text', text: 'Thank you.' },
  ])
})

test('a call that is denied shows that it was', async () => {
  const { chat } = desk()
  await chat.sendMessage({ text: 'Transfer 7.' })
  await chat.addToolApprovalResponse({ id: 'call00001', approved: false })
  await untilReady(chat)
  expect(partOf(chat)).toMatchObject({
    state: 'output-error',
    errorText: expect.stringContaining('Too much.'),
  })
})

test('a call that nobody decided on is no part of a later turn', async () => {
  const { chat, backend } = desk()
  await chat.sendMessage({ text: 'Transfer 7.' })
  await chat.sendMessage({ text: 'Never mind.' })
  expect(backend.requests.at(-1)?.inputs.messages).toEqual([
    { role: 'user', content: 'Transfer 7.' },
    { role: 'user', content: 'Never mind.' },
  ])
})
