import { createAgent, generate, silentLogger } from '@drover/core'
import type { Logger, Message, RunEvent, ToolMessage } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const user = (content = 'Go'): Message => ({ role: 'user', content })
const said: Message = { role: 'assistant', content: 'Done.' }
const asks = (...ids: string[]): Message => ({
  role: 'assistant',
  content: '',
  toolCalls: ids.map((toolCallId) => ({ toolCallId, toolName: 'look', input: {} })),
})
const answers = (toolCallId: string, content = `seen ${toolCallId}`): ToolMessage => ({
  role: 'tool',
  toolCallId,
  toolName: 'look',
  content,
})
const lost = (id: string): Message => ({
  ...answers(
    id,
    'No result of this call was stored. It may have had its effect: check before repeating it.',
  ),
  isError: true,
})

/** What a run makes of a conversation: the messages it starts from, and the repairs its events tell of. */
async function repaired(given: unknown): Promise<{ messages: unknown; repairs: unknown }> {
  const agent = createAgent({ backend: scriptedBackend(['Yes.']), model })
  const { events, messages } = await agent.run(given as Message[])
  expect(messages.at(-1)).toEqual({ role: 'assistant', content: 'Yes.' })
  const told = events.flatMap((event: RunEvent) =>
    event.type === 'history-repaired' ? event.repairs : [],
  )
  return {
    messages: messages.slice(0, -1),
    repairs: told.map(({ place, kind }) => `${kind} ${place.slice(8)}`),
  }
}

describe('a conversation that could not be sent is repaired, and its events say where', () => {
  test.each<[name: string, given: unknown[], messages: Message[], ...repairs: string[]]>([
    [
      'a call without an answer gets one that says what is known',
      [user(), asks('a', 'b'), answers('a'), user('And?')],
      [user(), asks('a', 'b'), answers('a'), lost('b'), user('And?')],
      'call-answered 1',
    ],
    [
      'a call at the end too',
      [user(), asks('a')],
      [user(), asks('a'), lost('a')],
      'call-answered 1',
    ],
    [
      'answers are put in the order of their calls',
      [user(), asks('a', 'b', 'c'), answers('c'), answers('a'), answers('b')],
      [user(), asks('a', 'b', 'c'), answers('a'), answers('b'), answers('c')],
      'answer-moved 3',
    ],
    [
      'an answer that came late takes its place',
      [user(), asks('a'), user('Well?'), answers('a'), said, user()],
      [user(), asks('a'), answers('a'), user('Well?'), said, user()],
      'answer-moved 3',
    ],
    [
      'an answer to no call and a second answer are left out',
      [answers('x'), user(), asks('a'), answers('a'), answers('a', 'again'), user()],
      [user(), asks('a'), answers('a'), user()],
      'answer-dropped 0',
      'answer-dropped 4',
    ],
    [
      'an id used again is renamed, with its answer',
      [user(), asks('a'), answers('a', '1'), asks('a'), answers('a', '2')],
      [user(), asks('a'), answers('a', '1'), asks('call00002'), answers('call00002', '2')],
      'renamed 3',
    ],
    [
      'two calls with one id get their answers in order',
      [user(), asks('a', 'a'), answers('a', '1'), answers('a', '2')],
      [user(), asks('a', 'call00002'), answers('a', '1'), answers('call00002', '2')],
      'renamed 1',
    ],
    [
      'calls and answers without ids are paired in order',
      [user(), { ...asks('', ''), content: 'Hm.' }, answers('', '1'), answers('', '2')],
      [
        user(),
        { ...asks('call00002', 'call00003'), content: 'Hm.' },
        answers('call00002', '1'),
        answers('call00003', '2'),
      ],
      'renamed 1',
      'renamed 1',
      'renamed 2',
      'renamed 3',
    ],
    [
      'an answer takes the name of the tool that was called',
      [user(), asks('a'), { ...answers('a'), toolName: 'see' }],
      [user(), asks('a'), answers('a')],
      'renamed 2',
    ],
    [
      'other names of the roles are known',
      [
        { role: 'developer', content: 'Be brief.' },
        { role: 'Human', content: 'Go' },
        { role: 'ai', content: 'Done.' },
        user(),
      ],
      [{ role: 'system', content: 'Be brief.' }, user(), said, user()],
      'role-read 0',
      'role-read 1',
      'role-read 2',
    ],
    [
      'content that is nothing, parts or a number becomes text',
      [
        { role: 'user', content: [{ type: 'text', text: 'See' }, { type: 'image' }, 'this'] },
        { ...asks('a'), content: null },
        { ...answers('a'), content: 42 },
        { role: 'user', content: { text: 'Well?' } },
      ],
      [user('See\nthis'), asks('a'), answers('a', '42'), user('Well?')],
      'content-read 0',
      'content-read 1',
      'content-read 2',
      'content-read 3',
    ],
    [
      'inputs are read from JSON text, or are empty',
      [
        user(),
        {
          role: 'assistant',
          content: '',
          toolCalls: ['{"b":[1]}', '{"b":', [1], undefined].map((input, index) => ({
            toolCallId: `c${index}`,
            toolName: 'look',
            input,
          })),
        },
        ...['c0', 'c1', 'c2', 'c3'].map((id) => answers(id)),
      ],
      [
        user(),
        {
          role: 'assistant',
          content: '',
          toolCalls: [{ b: [1] }, {}, {}, {}].map((input, index) => ({
            toolCallId: `c${index}`,
            toolName: 'look',
            input,
          })),
        },
        ...['c0', 'c1', 'c2', 'c3'].map((id) => answers(id)),
      ],
      'input-read 1',
      'input-read 1',
      'input-read 1',
      'input-read 1',
    ],
    [
      'calls without a name, empty messages and nulls are left out',
      [
        user(),
        null,
        { role: 'assistant', content: '', toolCalls: [{ toolCallId: 'a', input: {} }, 7] },
        answers('a'),
        { role: 'assistant', content: '', toolCalls: 'none' },
        user(''),
        user('So?'),
      ],
      [user(), user('So?')],
      'message-dropped 1',
      'call-dropped 2',
      'call-dropped 2',
      'message-dropped 2',
      'answer-dropped 3',
      'call-dropped 4',
      'message-dropped 4',
      'message-dropped 5',
    ],
    [
      'a second and a late system message join the first',
      [
        { role: 'system', content: 'Be brief.' },
        { role: 'system', content: 'Be kind.' },
        user(),
        { role: 'system', content: 'Be quick.' },
      ],
      [{ role: 'system', content: 'Be brief.\n\nBe kind.\n\nBe quick.' }, user()],
      'system-joined 1',
      'system-joined 3',
    ],
    [
      'what a user wrote goes on in a further message where it is too long, never inside a character',
      [user(`${'x'.repeat(131_071)}😀y`), said, user()],
      [user('x'.repeat(131_071)), user('😀y'), said, user()],
      'content-split 0',
    ],
    [
      'properties that messages do not have are not kept, and are no repair',
      [{ ...user(), id: 7, createdAt: 'today' }, { ...said, meta: {} }, user()],
      [user(), said, user()],
    ],
  ])('%s', async (_name, given, messages, ...repairs) => {
    const before = JSON.stringify(given)
    expect(await repaired(given)).toEqual({ messages, repairs })
    expect(JSON.stringify(given)).toBe(before)
  })

  test('the middle of a result that is too long is left out, with a mark that says so', async () => {
    const { messages, repairs } = await repaired([
      user(),
      asks('a'),
      answers('a', `begin${'-'.repeat(200_000)}end`),
    ])
    const [, , result] = messages as Message[]
    expect(result?.content).toHaveLength(131_072)
    expect(result?.content).toMatch(/^begin-.*\n\[… 200008 characters in all.*\n.*-end$/s)
    expect(repairs).toEqual(['content-cut 2'])
  })

  test('a long system message that cannot be joined stays one of its own, first', async () => {
    const long = 'x'.repeat(131_000)
    const { messages, repairs } = await repaired([
      { role: 'system', content: long },
      user(),
      { role: 'system', content: 'y'.repeat(100) },
    ])
    expect((messages as Message[]).map(({ role }) => role)).toEqual(['system', 'system', 'user'])
    expect(repairs).toEqual(['system-joined 2'])
  })
})

test('a run tells of no repairs where there were none', async () => {
  const agent = createAgent({ backend: scriptedBackend(['Yes.']), model })
  const { events } = await agent.run([user(), asks('a'), answers('a'), user()])
  expect(events.map(({ type }) => type)).not.toContain('history-repaired')
})

test('a run goes on from its own messages, byte for byte', async () => {
  const backend = scriptedBackend([
    { text: 'Hm.', toolCalls: [{ toolName: 'nothing' }, { toolName: 'nowhere' }] },
    'One.',
    'Two.',
  ])
  const agent = createAgent({ backend, model, history: 'refuse' })
  const first = await agent.run('Go')
  const stored = JSON.stringify(first.messages)
  const second = await agent.run([...JSON.parse(stored), user('And?')])
  expect(JSON.stringify(second.messages.slice(0, first.messages.length))).toBe(stored)
  expect(second.text).toBe('Two.')
})

test('what a run starts from is frozen: no tool and no reader can change what is sent', async () => {
  const agent = createAgent({ backend: scriptedBackend(['Yes.']), model })
  const input = { where: ['left'] }
  const toolCalls = [{ toolCallId: 'a', toolName: 'look', input }]
  const given: Message[] = [user(), { role: 'assistant', content: '', toolCalls }, answers('a')]
  const { messages } = await agent.run(given)
  const [first, second] = messages
  expect(Object.isFrozen(first)).toBe(true)
  const call = second?.role === 'assistant' ? second.toolCalls?.[0] : undefined
  expect(call?.input).toEqual(input)
  expect(Object.isFrozen(call)).toBe(true)
  expect(Object.isFrozen(Object(call?.input).where)).toBe(true)
  expect(Object.isFrozen(input)).toBe(false)
})

test('one plain call repairs its messages as well, tells the log, and refuses them where it is to', async () => {
  const warned: unknown[] = []
  const log: Logger = { ...silentLogger, warn: (fields) => void warned.push(fields) }
  const messages = [null, user(), asks('a')] as Message[]
  const backend = scriptedBackend(['Yes.'])
  const result = await generate({ backend, model, messages, log })
  expect(result.text).toBe('Yes.')
  expect(backend.requests[0]?.inputs.messages).toHaveLength(3)
  expect(warned).toEqual([
    {
      repairs: [
        { place: 'message 0', kind: 'message-dropped' },
        { place: 'message 2', kind: 'call-answered' },
      ],
    },
  ])
  await expect(generate({ backend, model, messages, history: 'refuse' })).rejects.toThrow(
    'Expected message 0 to hold a text or calls, got null.',
  )
})

test('a run goes on after a reply that is longer than a message may be', async () => {
  const long = `begin${'-'.repeat(200_000)}end`
  const backend = scriptedBackend([
    { text: long, toolCalls: [{ toolName: 'nothing' }] },
    long,
    'Two.',
  ])
  const agent = createAgent({ backend, model, history: 'refuse' })
  const first = await agent.run('Go')
  expect([first.text, first.steps[0]?.text]).toEqual([long, long])
  expect(
    first.events.filter((event) => event.type === 'model-reply' && event.text === long),
  ).toHaveLength(2)
  const cut = first.messages.filter(({ role }) => role === 'assistant')
  for (const { content } of cut) {
    expect(content).toHaveLength(131_072)
    expect(content).toMatch(
      /^begin-.*\n\[… 200008 characters in all, the middle left out …]\n-.*end$/,
    )
  }
  const second = await agent.run([...first.messages, user('And?')])
  expect(second.text).toBe('Two.')
  for (const { inputs } of backend.requests) {
    for (const { content } of inputs.messages ?? []) expect(content.length).toBeLessThan(131_073)
  }
})
