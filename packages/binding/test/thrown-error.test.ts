import { binding } from '@drover/binding'
import { createAgent } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import { standIn } from './stand-in.ts'

const model = '@cf/meta/llama-3.1-8b-instruct-fast'
const request = { model, inputs: { prompt: 'Hi' }, body: () => '' }

const throwing = (error: unknown): ReturnType<typeof standIn> =>
  standIn(() => {
    throw error
  })
const named = (name: string, message: string): Error => Object.assign(new Error(message), { name })

describe('what the service said in a thrown error is an answer again', () => {
  test.for<readonly [name: string, message: string, errors: unknown]>([
    [
      'AiError',
      '3040: Capacity temporarily exceeded',
      { code: 3040, message: 'Capacity temporarily exceeded' },
    ],
    ['InferenceUpstreamError', '5006: Error: bad', { code: 5006, message: 'Error: bad' }],
    ['InferenceUpstreamError', 'error code: 1031', { message: 'error code: 1031' }],
    ['Error', '5007: No such model', { code: 5007, message: 'No such model' }],
  ])('%s "%s"', async ([name, message, error]) => {
    const answer = await binding(throwing(named(name, message))).send(request, {})
    expect(await answer.json()).toEqual({ success: false, errors: [error] })
  })
})

test.for<readonly [what: string, thrown: unknown]>([
  ['a broken connection', new Error('Network connection lost.')],
  ['a fault of the program', new TypeError('run is not a function')],
  ['an abort of somebody else', new DOMException('The operation was aborted', 'AbortError')],
  ['a thing that is no error', 'nothing'],
])('%s is thrown on as it is', async ([, thrown]) => {
  await expect(binding(throwing(thrown)).send(request, {})).rejects.toBe(thrown)
})

test('a binding that leads nowhere says how to connect it, and is not tried again', async () => {
  const ai = throwing(new Error('Binding AI needs to be run remotely'))
  const run = createAgent({ backend: binding(ai), model, runtime: fakeRuntime() }).run('Hi')
  await expect(run).rejects.toMatchObject({
    code: 'config.invalid',
    message: expect.stringContaining('wrangler dev'),
  })
  expect(ai.calls).toHaveLength(1)
})
