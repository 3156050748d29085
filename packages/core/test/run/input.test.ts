import { createAgent, DroverError, generate, tool, type Backend, type Message } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const call = { toolCallId: 'call00001', toolName: 'look', input: {} }
const asks: Message = { role: 'assistant', content: '', toolCalls: [call] }
const answers: Message = {
  role: 'tool',
  toolCallId: 'call00001',
  toolName: 'look',
  content: 'seen',
}
const user: Message = { role: 'user', content: 'Go' }

/** Every case must fail before a request is sent. */
const refused = async (given: unknown, ...words: string[]): Promise<void> => {
  const backend = scriptedBackend([])
  const agent = createAgent({ backend, model, history: 'refuse' })
  const error = await agent.run(given as string).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(DroverError)
  expect(error).toMatchObject({ code: 'config.input' })
  for (const word of words) expect((error as Error).message).toContain(word)
  expect(backend.requests).toHaveLength(0)
}

describe('what a run starts from is refused before any request when it is', () => {
  test.each([
    ['empty', '', 'an empty string'],
    ['only spaces', ' \n\t', 'white space'],
    ['an empty list', [], 'empty list'],
    ['nothing', undefined, 'got nothing'],
    ['a number', 42, 'got 42'],
    ['a character too long', 'x'.repeat(131_073), '131,072'],
    ['a list with null', [null], 'message 0'],
    ['a list with a hole', Array.from({ length: 1 }), 'message 0'],
    ['a message with an unknown role', [{ role: 'robot', content: 'x' }], 'message 0', 'role'],
    ['another letter case of a role', [{ role: 'User', content: 'x' }], 'message 0', 'role'],
    ['a message without content', [{ role: 'user' }], 'message 0', '`content`'],
    ['an empty message', [user, { role: 'user', content: '' }], 'message 1', 'a text or calls'],
    ['a message whose content is null', [user, { ...asks, content: null }], 'message 1', 'null'],
    ['a list of parts', [{ role: 'user', content: [{ type: 'text', text: 'x' }] }], 'got a list'],
    [
      'a user message that is too long',
      [user, { role: 'user', content: 'x'.repeat(131_073) }],
      'message 1',
      '131,072',
      'got a string of 131073 characters',
    ],
    ['a result that is too long', [asks, { ...answers, content: 'x'.repeat(131_073) }], '131,072'],
    ['a late system message', [user, { role: 'system', content: 'x' }], 'message 1', 'system'],
    ['a call without an answer', [user, asks, user], 'message 1 to be followed by the answer'],
    ['a call without an answer at the end', [user, asks], 'message 1 to be followed'],
    ['an answer that comes late', [user, asks, user, answers], 'message 3 to stand after its call'],
    ['an answer without a call', [user, answers], 'message 1 to answer a call'],
    ['a second answer', [user, asks, answers, answers], 'message 3 to answer a call'],
    ['a call id used twice', [user, asks, answers, asks, answers], 'message 3', 'no other call'],
    ['an answer under another name', [asks, { ...answers, toolName: 'see' }], 'same `toolName`'],
    [
      'a call whose input is a list',
      [{ ...asks, toolCalls: [{ ...call, input: [] }] }, answers],
      'message 0',
      'an object',
    ],
    [
      'a call whose input is its JSON text',
      [{ ...asks, toolCalls: [{ ...call, input: '{}' }] }, answers],
      'an object',
    ],
    [
      'a call whose input reaches for a prototype',
      [{ ...asks, toolCalls: [{ ...call, input: JSON.parse('{"__proto__":{"x":1}}') }] }, answers],
      'an object',
    ],
    [
      'a call without a name',
      [{ ...asks, toolCalls: [{ ...call, toolName: '' }] }, answers],
      'toolName',
    ],
  ])('%s', async (_what, given: unknown, ...words: string[]) => refused(given, ...words))
})

test('a role nobody knows is refused whatever the policy: nobody knows who spoke', async () => {
  const agent = createAgent({ backend: scriptedBackend([]), model, history: 'repair' })
  const given: unknown = [user, { role: 'robot', content: 'x' }]
  await expect(agent.run(given as Message[])).rejects.toThrow(
    'Expected message 1 to have the role system, user, assistant or tool, got a string of 5 characters.',
  )
})

test('a text that is too long is refused whatever the policy: who wrote it is there to shorten it', async () => {
  const agent = createAgent({ backend: scriptedBackend([]), model, history: 'repair' })
  await expect(agent.run('x'.repeat(131_073))).rejects.toThrow('131,072')
})

test('takes content up to the last allowed character', async () => {
  const backend = scriptedBackend(['Long.'])
  await createAgent({ backend, model }).run('x'.repeat(131_072))
  expect(backend.requests).toHaveLength(1)
})

test('never changes the messages it was given, frozen or not', async () => {
  const messages = Object.freeze([Object.freeze({ role: 'user' as const, content: 'Hi' })])
  const agent = createAgent({ backend: scriptedBackend(['One.', 'Two.']), model })
  const [first, second] = await Promise.all([agent.run(messages), agent.run(messages)])
  expect(messages).toHaveLength(1)
  expect([first.text, second.text].toSorted()).toEqual(['One.', 'Two.'])
})

describe('options are refused with the field and its limits', () => {
  const backend = scriptedBackend([])
  test.each([
    [{ temperature: 6 }, 'Expected `temperature` to be a number from 0 to 5, got 6.'],
    [{ temperature: Number.NaN }, 'got NaN'],
    [{ topP: -0.1 }, '`topP` to be a number from 0 to 2'],
    [{ topK: 0 }, '`topK` to be an integer from 1 to 50'],
    [{ topK: 1.5 }, 'an integer'],
    [{ seed: 0 }, '`seed` to be an integer from 1 to 9999999999'],
    [{ repetitionPenalty: 2.1 }, '`repetitionPenalty`'],
    [{ frequencyPenalty: -1 }, '`frequencyPenalty`'],
    [{ presencePenalty: Number.POSITIVE_INFINITY }, '`presencePenalty`'],
    [{ maxTokens: 0 }, '`maxTokens` to be an integer of at least 1'],
    [{ maxTokens: '256' }, 'got a string of 3 characters'],
    [{ maxParallelCalls: 0 }, '`maxParallelCalls`'],
    [{ maxToolOutputChars: 1e9 }, '`maxToolOutputChars`'],
    [{ maxSteps: -1 }, '`maxSteps`'],
    [{ stopWhen: 5 }, '`stopWhen`'],
    [{ toolFormat: 'xml' }, "one of 'flat', 'function', 'auto'"],
    [{ history: 'mend' }, "`history` to be one of 'repair', 'refuse'"],
    [{ instructions: 7 }, '`instructions`'],
    [{ tools: {} }, '`tools` to be a list'],
    [{ tools: [{ name: 'x' }] }, '`tools[0]`'],
    [{ backend: {} }, '`backend`'],
    [{ backend: undefined }, '`backend`'],
  ])('%o', (options, words) => {
    expect(() => createAgent({ backend, model, ...(options as object) })).toThrow(words)
  })

  test('two tools of one name', () => {
    const look = tool({
      name: 'look',
      description: 'Looks',
      input: z.object({}),
      execute: () => '',
    })
    expect(() => createAgent({ backend, model, tools: [look, look] })).toThrow('two named `look`')
  })

  test('a prompt together with messages, and neither', async () => {
    await expect(generate({ backend, model, prompt: 'a', messages: 'b' })).rejects.toThrow(
      'one of the two',
    )
    await expect(generate({ backend, model })).rejects.toThrow('`prompt` or `messages`')
    await expect(generate({ backend, model, prompt: ' ' })).rejects.toThrow('`prompt`')
    await expect(generate({ backend, model, prompt: 'x'.repeat(131_073) })).rejects.toThrow(
      '131,072',
    )
  })

  test('a field beside the wrong kind of input', async () => {
    await expect(generate({ backend, model, messages: 'a', raw: true })).rejects.toThrow('`raw`')
    await expect(generate({ backend, model, messages: 'a', lora: 'x' })).rejects.toThrow('`lora`')
    await expect(generate({ backend, model, prompt: 'a', tools: [] })).rejects.toThrow('`tools`')
  })
})

test('what is given is copied: a later change reaches neither the model nor the result', async () => {
  const input = { where: 'left' }
  const given: Message[] = [user, { ...asks, toolCalls: [{ ...call, input }] }, answers, user]
  const backend = scriptedBackend(['Done.'])
  const stream = createAgent({ backend, model }).stream(given)
  input.where = 'changed'
  for await (const event of stream) expect(event).toBeDefined()
  expect(JSON.stringify([backend.requests, await stream.result])).not.toContain('changed')
})

test('a conversation of any length is taken', async () => {
  const backend: Backend = {
    name: 'none',
    send: async () => Response.json({ response: 'Done.' }),
  }
  const many = Array.from({ length: 200_000 }, () => user)
  expect((await createAgent({ backend, model }).run(many)).text).toBe('Done.')
})
