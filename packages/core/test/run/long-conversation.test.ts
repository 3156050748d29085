import {
  approve,
  createAgent,
  tool,
  type BackendError,
  type CompactHistory,
  type Message,
  type RunEvent,
} from '@drover/core'
import { scriptedBackend, type ScriptEntry } from '@drover/core/testing'
import { script, startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { faultsOf } from './histories.ts'

const question: Message = { role: 'user', content: 'Go' }
// A window of 24,000 tokens.
const model = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'
const glm = '@cf/zai-org/glm-4.7-flash'
const page = (title: string): string => `${title}: ${'many plain words in a row '.repeat(150)}`
const readPage = tool({
  name: 'read_page',
  description: 'Reads a page of the book',
  input: z.object({ page: z.int().describe('Number of the page') }),
  effect: 'read',
  execute: ({ page: number }) => page(`Page ${number}`),
})
const reads = (...pages: number[]): ScriptEntry & object => ({
  toolCalls: pages.map((number) => ({ toolName: 'read_page', input: { page: number } })),
})
const tokens = (messages: readonly Message[]): number => JSON.stringify(messages).length / 4
const trimmings = (events: readonly RunEvent[]) =>
  events.flatMap((event) => (event.type === 'history-trimmed' ? [event] : []))

/** Turns of a conversation that is about this many tokens long. */
const talk = (wanted: number): Message[] => {
  const messages: Message[] = []
  for (let number = 0; tokens(messages) < wanted; number++) {
    messages.push(
      { role: 'user', content: `What does page ${number} say?` },
      {
        role: 'assistant',
        content: '',
        toolCalls: [
          { toolCallId: `a${number}`, toolName: 'read_page', input: { page: number } },
          { toolCallId: `b${number}`, toolName: 'read_page', input: { page: number + 1 } },
        ],
      },
      { role: 'tool', toolCallId: `a${number}`, toolName: 'read_page', content: page('One') },
      { role: 'tool', toolCallId: `b${number}`, toolName: 'read_page', content: page('Two') },
      { role: 'assistant', content: page('It says') },
    )
  }
  return messages
}

describe('a conversation of 100,000 tokens and a model that holds 24,000', () => {
  test('goes on, and no call is split from its result', async () => {
    const source = script([
      ...[1, 2, 3, 4, 5, 6, 7, 8].map((number) => ({
        toolCalls: [1, 2, 3].map((part) => ({
          toolName: 'read_page',
          input: { page: number * 10 + part },
        })),
      })),
      { text: 'All is well.' },
    ])
    await using emulator = await startEmulator({ model: source })
    const backend = rest({ accountId: 'a'.repeat(32), apiToken: 'token', baseUrl: emulator.url })
    const agent = createAgent({ backend, model, tools: [readPage], instructions: 'Be brief.' })
    const given = talk(100_000)

    const { text, events, messages } = await agent.run([...given, question])

    expect(text).toBe('All is well.')
    source.assertComplete()
    expect(emulator.requests.map(({ status }) => status)).toEqual(Array(9).fill(200))
    for (const { inputs } of emulator.requests) {
      const sent = inputs['messages'] as readonly Record<string, unknown>[] // what `rest` sends
      expect(sent[0]).toEqual({ role: 'system', content: 'Be brief.' })
      expect(sent).toContainEqual(question)
      const calls = sent.flatMap((message) => (message['tool_calls'] ?? []) as { id: string }[]) // likewise
      const answered = sent.flatMap((message) => message['tool_call_id'] ?? [])
      expect(answered).toEqual(calls.map(({ id }) => id))
    }
    // What the run keeps is whole.
    expect(messages.slice(0, given.length)).toEqual(given)
    expect(messages.filter(({ content }) => content.startsWith('Page'))).toHaveLength(24)
    // Not at each step: a trimmed conversation has room for some more.
    const steps = trimmings(events).map(({ step }) => step)
    expect(steps[0]).toBe(1)
    expect(steps.length).toBeLessThan(6)
    for (const { tokensBefore, tokensAfter, compacted } of trimmings(events)) {
      expect(tokensAfter).toBeLessThan(tokensBefore)
      expect(tokensAfter).toBeLessThan(22_000)
      expect(compacted).toBe(false)
    }
  })
})

test('between two trimmings every request begins as the one before it', async () => {
  const bodies: string[] = []
  const scripted = scriptedBackend([
    ...Array.from({ length: 20 }, (_, n) => reads(n, n, n)),
    'Done.',
  ])
  const backend = {
    ...scripted,
    send: (...[request, options]: Parameters<typeof scripted.send>) => {
      bodies.push(request.body().replace(/\],"max_tokens".*$/, ''))
      return scripted.send(request, options)
    },
  }
  const agent = createAgent({ backend, model, tools: [readPage], maxSteps: 30 })
  const { events } = await agent.run('Read the book.')
  const trimmed = new Set(trimmings(events).map(({ step }) => step))
  expect(trimmed.size).toBeGreaterThan(1)
  expect(trimmed.size).toBeLessThan(8)
  for (const [index, body] of bodies.slice(1).entries()) {
    const isTrimmed = trimmed.has(index + 2)
    expect(body.startsWith(bodies[index] ?? '?')).toBe(!isTrimmed)
  }
})

test('the object that the binding sends and the text that REST sends say the same after trimming', async () => {
  for (const id of [model, glm]) {
    const pairs: [unknown, unknown][] = []
    const scripted = scriptedBackend([reads(1, 2), reads(3), 'Done.'])
    const backend = {
      ...scripted,
      send: (...[request, options]: Parameters<typeof scripted.send>) => {
        pairs.push([JSON.parse(request.body()), structuredClone(request.inputs)])
        return scripted.send(request, options)
      },
    }
    const agent = createAgent({
      backend,
      model: id,
      profile: { contextWindow: 12_000 },
      tools: [readPage],
    })
    const { events } = await agent.run([...talk(20_000), { role: 'user', content: 'Go' }])
    expect(trimmings(events).length).toBeGreaterThan(0)
    for (const [text, object] of pairs) expect(text).toEqual(object)
  }
})

describe('a request that exceeds the window', () => {
  const native = (used: number, window: number): ScriptEntry => ({
    status: 413,
    wire: {
      success: false,
      errors: [
        {
          code: 5021,
          message: `AiError: The estimated number of input and maximum output tokens (${used}) exceeded this model context window limit (${window})`,
        },
      ],
    },
  })
  const vllm: ScriptEntry = {
    status: 400,
    wire: {
      success: false,
      errors: [
        {
          code: 8001,
          message:
            'AiError: AiError: {"error":{"message":"This model\'s maximum context length is 24000 tokens. However, you requested 2048 output tokens and your prompt contains at least 30000 input tokens, for a total of at least 32048 tokens."}}',
        },
      ],
    },
  }
  const conversation: Message[] = [...talk(30_000), { role: 'user', content: 'Go' }]
  // No window is stated for this one.
  const unknown = '@cf/meta/llama-3.1-8b-instruct-fp8-fast'

  test.each([
    ['the service', native(32_048, 24_000)],
    ['vLLM', vllm],
  ])('is trimmed and sent once more, by what the error of %s says', async (_who, refusal) => {
    const backend = scriptedBackend([refusal, reads(1), 'Done.'])
    const agent = createAgent({ backend, model: unknown, tools: [readPage] })
    const { events, text } = await agent.run(conversation)
    expect(text).toBe('Done.')
    const kinds = events.map(({ type }) => type)
    expect(kinds.slice(1, 6)).toEqual([
      'model-request',
      'model-error',
      'history-trimmed',
      'model-request',
      'model-reply',
    ])
    const [first, second] = backend.requests.map(({ inputs }) => JSON.stringify(inputs).length)
    expect(second).toBeLessThan((first ?? 0) * 0.7)
  })

  test('teaches the run how large the window is', async () => {
    const backend = scriptedBackend([
      native(40_000, 24_000),
      ...[1, 2, 3, 4, 5, 6].map((number) => reads(number, number + 10, number + 20)),
      'Done.',
    ])
    const agent = createAgent({ backend, model: unknown, tools: [readPage] })
    const { events } = await agent.run(conversation)
    expect(trimmings(events).length).toBeGreaterThan(1)
    expect(events.filter(({ type }) => type === 'model-error')).toHaveLength(1)
  })

  test('is sent no third time', async () => {
    const backend = scriptedBackend([native(32_048, 24_000), native(30_000, 24_000)])
    const agent = createAgent({ backend, model: unknown, tools: [readPage] })
    const error = await agent.run(conversation).catch((thrown: BackendError) => thrown)
    expect(error).toMatchObject({ code: 'http.context_window' })
    expect(backend.requests).toHaveLength(2)
  })

  test('is not sent again where nothing can be left out', async () => {
    const backend = scriptedBackend([native(32_048, 24_000)])
    const agent = createAgent({ backend, model: unknown })
    await expect(agent.run('x'.repeat(100_000))).rejects.toMatchObject({
      code: 'http.context_window',
    })
  })

  test('fails where trimming is switched off', async () => {
    const backend = scriptedBackend([native(32_048, 24_000)])
    const agent = createAgent({ backend, model, trim: false })
    await expect(agent.run(conversation)).rejects.toMatchObject({ code: 'http.context_window' })
    const results = (list: readonly { readonly role: string }[] = []): number =>
      list.filter(({ role }) => role === 'tool').length
    expect(results(backend.requests[0]?.inputs.messages)).toBe(results(conversation))
  })
})

describe('a compaction of the caller’s', () => {
  const given = talk(30_000)
  const runWith = async (trim: CompactHistory) => {
    const backend = scriptedBackend(['Done.'])
    const { events } = await createAgent({ backend, model, trim }).run([...given, question])
    return { sent: backend.requests[0]?.inputs.messages ?? [], events: trimmings(events) }
  }

  test('makes what is sent, and is told what there is room for', async () => {
    let room = 0
    const { sent, events } = await runWith(async (messages, { maxTokens }) => {
      room = maxTokens
      expect(messages).toHaveLength(given.length + 1)
      return [{ role: 'user', content: `A summary of ${messages.length}.` }, ...messages.slice(-1)]
    })
    expect(room).toBeGreaterThan(10_000)
    expect(room).toBeLessThan(22_000)
    expect(sent.map(({ content }) => content)).toEqual([`A summary of ${given.length + 1}.`, 'Go'])
    expect(events).toMatchObject([{ compacted: true, dropped: given.length - 1 }])
  })

  test('is repaired where it splits a call from its result, and trimmed where it is too long', async () => {
    const { sent, events } = await runWith((messages) => messages.slice(2))
    expect(events).toMatchObject([{ compacted: true }])
    expect(JSON.stringify(sent).length).toBeLessThan(24_000 * 4)
    const calls = sent.flatMap((message) => message.tool_calls ?? [])
    expect(calls.length).toBeGreaterThan(0)
    expect(sent.flatMap((message) => message.tool_call_id ?? [])).toEqual(calls.map(({ id }) => id))
  })

  test.each<[string, CompactHistory]>([
    ['throws', () => Promise.reject(new Error('No model for that'))],
    ['gives something else', () => JSON.parse('"shorter"')],
    ['gives nothing', () => []],
    ['forgets what was asked', () => [{ role: 'user', content: 'Hello' }]],
  ])('that %s is left aside: the conversation is trimmed', async (_what, compact) => {
    const { sent, events } = await runWith(compact)
    expect(events).toMatchObject([{ compacted: false }])
    expect(sent.at(-1)?.content).toBe('Go')
    expect(sent.length).toBeGreaterThan(5)
  })

  test('never sees the step the model has not answered yet, which stays', async () => {
    const seen: (readonly Message[])[] = []
    const backend = scriptedBackend([reads(1, 2), 'Done.'])
    const agent = createAgent({
      backend,
      model,
      profile: { contextWindow: 6000 },
      tools: [readPage],
      trim: (messages) => {
        seen.push(messages)
        return messages
      },
    })
    const { messages } = await agent.run([...talk(2500), question])
    expect(seen.at(-1)?.at(-1)).toEqual(question)
    const last = backend.requests.at(-1)?.inputs.messages ?? []
    expect(last.filter(({ role }) => role === 'tool').length).toBeGreaterThanOrEqual(2)
    expect(faultsOf(messages)).toEqual([])
  })

  test('that never ends does not hold up an abort', async () => {
    const abort = new AbortController()
    const agent = createAgent({
      backend: scriptedBackend([]),
      model,
      trim: () => {
        abort.abort(new Error('Enough'))
        return new Promise(() => {})
      },
    })
    await expect(agent.run([...given, question], { signal: abort.signal })).rejects.toThrow(
      'Enough',
    )
  })
})

test('a run that was repaired, trimmed and suspended goes on from its events', async () => {
  const pay = tool({
    name: 'pay',
    description: 'Pays',
    input: z.object({}),
    approval: true,
    execute: () => 'paid',
  })
  const backend = scriptedBackend([{ toolCalls: [{ toolName: 'pay' }] }, 'Done.'])
  const agent = createAgent({ backend, model, tools: [pay, readPage] })
  const given = talk(30_000)
  const { events, messages, approvals } = await agent.run([
    ...given,
    { role: 'assistant', content: '' },
    question,
  ])
  expect(events.map(({ type }) => type).slice(0, 4)).toEqual([
    'run-start',
    'history-repaired',
    'history-trimmed',
    'model-request',
  ])
  const stored: RunEvent[] = JSON.parse(JSON.stringify(events))
  const resumed = await agent.run({ events: stored, decisions: approvals.map(approve) })
  expect(resumed.text).toBe('Done.')
  expect(faultsOf(resumed.messages)).toEqual([])
  expect(JSON.stringify(resumed.messages.slice(0, messages.length))).toBe(JSON.stringify(messages))
})
