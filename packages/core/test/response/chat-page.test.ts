import { createAgent, type StreamEvent } from '@drover/core'
import { readUIMessages, toUIMessageStreamResponse } from '@drover/core/response'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import { ChatPage } from './chat-page.ts'
import { messagesOf, runEvents, streamOf, weatherRun } from './run-events.ts'

const respond = (events: readonly StreamEvent[], error?: Error): Response =>
  toUIMessageStreamResponse(streamOf(events, error))

describe('a chat page that reads it', () => {
  const secret = 'Expected `apiToken` tok_123 to be valid.'

  const page = (events: readonly StreamEvent[], error?: Error): ChatPage =>
    new ChatPage(() => respond(events, error))

  test('is ready again after an answer', async () => {
    const chat = page(weatherRun())
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.status).toBe('ready')
    expect(chat.messages.map(({ role }) => role)).toEqual(['user', 'assistant'])
  })

  test('is told that a request waits to be sent again', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.add({ type: 'retry-waiting', step: 1, attempt: 1, retryInMs: 500 })
    run.request(1, 2)
    run.reply(1, { text: 'Yes.' })
    run.end()
    const chat = page(run.list)
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.notices).toEqual([
      { type: 'data-retry-waiting', data: { attempt: 1, retryInMs: 500 }, transient: true },
    ])
    expect(JSON.stringify(chat.messages)).not.toContain('retry')
  })

  test('shows a failed run as an error, keeps what it had, and sees no message of ours', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.text(1, 'It is ')
    run.end({ stopReason: 'error', error: { code: 'http.auth', message: secret, status: 401 } })
    const chat = page(run.list, new Error(secret))
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.status).toBe('error')
    expect(chat.error?.message).toBe('The answer failed: http.auth.')
    expect(chat.lastMessage?.parts).toContainEqual({ type: 'text', text: 'It is ', state: 'done' })
    expect(await respond(run.list, new Error(secret)).text()).not.toContain('tok_123')
  })

  test('is told of errors in the words of the application', async () => {
    const run = runEvents()
    run.start()
    run.end({ stopReason: 'error', error: { code: 'http.quota', message: 'Used up.' } })
    const chat = new ChatPage(() =>
      toUIMessageStreamResponse(streamOf(run.list), {
        describeError: ({ code }) => (code === 'http.quota' ? 'Come back tomorrow.' : 'Sorry.'),
      }),
    )
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.error?.message).toBe('Come back tomorrow.')
  })

  test('is told of an aborted run by its metadata, and is ready', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.text(1, 'It is ')
    run.end({ stopReason: 'aborted', error: { code: 'aborted', message: secret } })
    const chat = page(run.list, new Error(secret))
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.status).toBe('ready')
    expect(chat.lastMessage?.metadata).toMatchObject({ stopReason: 'aborted' })
    expect(await respond(run.list).text()).not.toContain('tok_123')
  })

  test.each([
    ['that just stops', undefined],
    ['whose source breaks', new Error(secret)],
  ])('takes a list of events %s for no answer', async (_name, error) => {
    const chat = page(weatherRun().slice(0, -1), error)
    await chat.sendMessage({ text: 'Is it warm?' })
    expect(chat.error?.message).toBe('The answer failed: unknown.')
  })

  test('gives the whole conversation back in its next turn, calls and results too', async () => {
    const bodies: unknown[] = []
    const chat = new ChatPage(({ messages }) => {
      bodies.push(readUIMessages(messages))
      return respond(weatherRun())
    })
    await chat.sendMessage({ text: 'Is it warm?' })
    await chat.sendMessage({ text: 'And tomorrow?' })
    expect(bodies[1]).toEqual([
      ...messagesOf(weatherRun()),
      { role: 'user', content: 'And tomorrow?' },
    ])
  })

  test('comes back to an answer under way, and has all of it once', async () => {
    const gate = Promise.withResolvers<string>()
    const backend = scriptedBackend([
      { text: 'Let me see.', toolCalls: [{ toolName: 'get_weather', input: {} }] },
      () => gate.promise,
    ])
    const agent = createAgent({ backend, model: '@cf/meta/llama-3.1-8b-instruct-fast' })
    const stream = agent.stream('Is it warm?', { onLeave: 'continue' })
    const chat = new ChatPage(
      () => toUIMessageStreamResponse(stream),
      () => toUIMessageStreamResponse(stream),
    )
    const lost = chat.sendMessage({ text: 'Is it warm?' })
    await expect.poll(() => JSON.stringify(chat.messages)).toContain('Let me see.')
    await chat.stop()
    await lost
    const back = chat.resumeStream()
    gate.resolve('Yes.')
    await back
    const texts = chat.messages.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])),
    )
    expect(texts).toEqual(['Is it warm?', 'Let me see.', 'Yes.'])
    expect(chat.messages.length).toBe(2)
  })
})
