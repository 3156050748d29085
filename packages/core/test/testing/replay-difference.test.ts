import { createAgent, DroverError, tool, type AgentOptions, type Backend } from '@drover/core'
import {
  fakeRuntime,
  recordingBackend,
  replayBackend,
  scriptedBackend,
  type ReplayOptions,
} from '@drover/core/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import * as z from 'zod'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const named = (name: string, answer: string, description = `The tool ${name}`) =>
  tool({
    name,
    description,
    input: z.object({ at: z.number() }),
    effect: 'read',
    execute: () => answer,
  })
const TOOLS = [named('north', 'cold'), named('south', 'warm')]
const call = (toolName: string) => ({ toolCalls: [{ toolName, input: { at: 3 } }] })

const agentOn = (backend: Backend, options: Partial<AgentOptions> = {}) =>
  createAgent({ backend, model, tools: TOOLS, runtime: fakeRuntime(), ...options })

let cassette = ''
beforeAll(async () => {
  const backend = recordingBackend(scriptedBackend([call('north'), call('south'), 'Both.']))
  const { events } = await agentOn(backend).run('Where is it warm?')
  backend.takeRun(events)
  cassette = backend.text()
})

/** Runs the agent on the cassette; what the run, or the end of the test, complained about. */
async function complaint(
  options: Partial<AgentOptions>,
  replay: ReplayOptions = {},
  question = 'Where is it warm?',
): Promise<string> {
  const backend = replayBackend(cassette, replay)
  try {
    await agentOn(backend, options).run(question)
    backend.assertComplete()
    return 'none'
  } catch (error) {
    return DroverError.is(error) && error.code === 'test.unscripted' ? error.message : String(error)
  }
}

describe('a change is reported at the first difference', () => {
  test('the same run has none', async () => expect(await complaint({})).toBe('none'))

  test('a prompt', async () => {
    expect(await complaint({}, {}, 'Where is it cold?')).toBe(
      [
        'Request 1 is not the one in the cassette. The first difference is at ' +
          '`inputs.messages[0].content` (- recorded, + asked):',
        '        "max_tokens": 2048,',
        '        "messages": [',
        '          {',
        '  -         "content": "Where is it warm?",',
        '  +         "content": "Where is it cold?",',
        '            "role": "user"',
        '          }',
        '        ],',
        'If the change is meant, record the cassette again.',
      ].join('\n'),
    )
  })

  test.for<[what: string, options: Partial<AgentOptions>, where: string]>([
    ['instructions', { instructions: 'Be brief.' }, 'inputs.messages[0].content'],
    ['the model', { model: '@cf/meta/llama-3.1-8b-instruct-fp8' }, 'model'],
    ['a sampling field', { temperature: 0.5 }, 'inputs.temperature'],
    ['the order of tools', { tools: TOOLS.toReversed() }, 'inputs.tools[0].function.description'],
    ['a tool less', { tools: TOOLS.slice(0, 1) }, 'inputs.tools[1]'],
    [
      "a tool's description",
      { tools: [named('north', 'cold'), named('south', 'warm', 'Looks south')] },
      'inputs.tools[1].function.description',
    ],
    [
      "a tool's answer, in the next request",
      { tools: [named('north', 'icy'), named('south', 'warm')] },
      'Request 2 is not the one in the cassette. The first difference is at `inputs.messages[2].content`',
    ],
  ])('%s', async ([, options, where]) => {
    expect(await complaint(options)).toContain(where)
  })

  test('a step less', async () => {
    const backend = replayBackend(cassette)
    await agentOn(backend, { maxSteps: 1, closingCall: false }).run('Where is it warm?')
    expect(() => backend.assertComplete()).toThrow(
      '2 of the 3 exchanges in the cassette were never asked for. The first is number 2',
    )
  })

  test('a step more', async () => {
    const backend = replayBackend(cassette)
    const { messages } = await agentOn(backend).run('Where is it warm?')
    const more = agentOn(backend).run([...messages, { role: 'user', content: 'And in the east?' }])
    await expect(more).rejects.toThrow('Request 4 came, and the cassette holds 3.')
    await expect(more).rejects.toThrow('And in the east?')
  })

  test('what a run did, when its events are compared', async () => {
    const backend = replayBackend(cassette, { ignore: ['messages.*.content'] })
    const tools = [named('north', 'icy'), named('south', 'warm')]
    const { events } = await agentOn(backend, { tools }).run('Where is it warm?')
    expect(() => backend.takeRun(events)).toThrow(
      'Run 1 did not happen as in the cassette. The first difference is at `events[4].output`',
    )
  })
})

test('after a difference nothing is answered any more', async () => {
  const backend = replayBackend(cassette)
  const run = (question: string): Promise<unknown> =>
    agentOn(backend)
      .run(question)
      .catch((error: unknown) => error)
  const first = await run('Where is it cold?')
  expect(await run('Where is it warm?')).toBe(first)
  expect(() => backend.assertComplete()).toThrow('Request 1 is not the one')
})

test('times, durations and ids of a run may differ', async () => {
  const backend = replayBackend(cassette)
  const runtime = fakeRuntime({ now: 5, random: 0.1 })
  runtime.createId()
  const { events } = await agentOn(backend, { runtime }).run('Where is it warm?')
  expect(events[0]).toMatchObject({ time: 5, runId: 'run-2' })
  backend.takeRun(events)
  backend.assertComplete()
})

test('paths that are ignored may differ, and no others', async () => {
  const other = 'Where is it cold?'
  const options = { maxTokens: 300 }
  expect(await complaint(options, { ignore: ['max_tokens'] }, other)).toContain(
    'messages[0].content',
  )
  expect(await complaint(options, { ignore: ['messages[0].content'] }, other)).toContain(
    'max_tokens',
  )
  expect(await complaint(options, { ignore: ['messages[0].content', 'max_tokens'] }, other)).toBe(
    'none',
  )
  expect(await complaint(options, { ignore: ['messages.0.*', 'max_tokens'] }, other)).toBe('none')
})

test('in any order each request gets the exchange that equals it', async () => {
  const backend = recordingBackend(scriptedBackend(['One.', 'Two.', 'One again.']))
  for (const question of ['1', '2', '1']) await agentOn(backend).run(question)
  const asked = async (order: 'any' | 'strict'): Promise<string[]> => {
    const replay = replayBackend(backend.text(), { order })
    const texts: string[] = []
    for (const question of ['2', '1', '1']) texts.push((await agentOn(replay).run(question)).text)
    replay.assertComplete()
    await expect(agentOn(replay).run('2')).rejects.toThrow('Request 4 came')
    return texts
  }
  expect(await asked('any')).toEqual(['Two.', 'One.', 'One again.'])
  await expect(asked('strict')).rejects.toThrow('Request 1 is not the one')
  const replay = replayBackend(backend.text(), { order: 'any' })
  await expect(agentOn(replay).run('3')).rejects.toThrow('Request 1 is none of the 3 left')
})

test('a difference in a long text is shown around its place, and many lines are counted', async () => {
  const long = (end: string): string => `${'word '.repeat(4000)}${end}`
  const backend = recordingBackend(scriptedBackend(['Hi.']))
  await agentOn(backend).run(long('here'))
  const replay = replayBackend(backend.text())
  const run = agentOn(replay, { tools: [] }).run(long('there'))
  const message = await run.then(String, (error: Error) => error.message)
  expect(message).toMatch(/- +…(word )+here/)
  expect(message).toMatch(/\+ +…(word )+there/)
  expect(message).toMatch(/- … \d+ more lines/)
  expect(message.length).toBeLessThan(5000)
})
