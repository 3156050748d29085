import { createAgent, type Logger } from '@drover/core'
import { scriptedBackend } from '@drover/core/testing'
import { knownModels, retirementOf } from '@drover/core/wire'
import { expect, test } from 'vitest'

const backend = scriptedBackend([])
const collect = (): { log: Logger; lines: string[] } => {
  const lines: string[] = []
  const line = (_fields: object, message: string): void => void lines.push(message)
  return { lines, log: { debug: () => {}, info: line, warn: line, error: line } }
}

test('an unknown model is refused with the nearest known one', () => {
  expect(() => createAgent({ backend, model: '@cf/meta/llama-3.1-8b-instruct-fats' })).toThrow(
    'Did you mean `@cf/meta/llama-3.1-8b-instruct-fast`?',
  )
  expect(() => createAgent({ backend, model: 'gpt-4o' })).toThrow('`gpt-4o` is unknown')
})

test('a model that is newer than Drover is admitted by giving a profile', () => {
  expect(() => createAgent({ backend, model: '@cf/new/model', profile: {} })).not.toThrow()
  const none = null as unknown // what JSON writes where nothing is set
  expect(() =>
    createAgent({ backend, model: '@cf/new/model', profile: none as object }),
  ).not.toThrow()
})

test.each(['', '  ', undefined, 7])('a model id that is %o is refused', (model) => {
  expect(() => createAgent({ backend, model: model as string })).toThrow('`model`')
})

test('a retired model is refused with its live replacement', () => {
  expect(() => createAgent({ backend, model: '@hf/nousresearch/hermes-2-pro-mistral-7b' })).toThrow(
    'was retired on 2026-05-30. Use `@cf/zai-org/glm-4.7-flash` instead.',
  )
})

test('the retired seed model is served where it can be, and said once in the log with its successor', () => {
  const { log, lines } = collect()
  const model = '@cf/meta/llama-3.1-70b-instruct'
  createAgent({ backend, model, log })
  createAgent({ backend, model, log })
  expect(lines).toHaveLength(1)
  expect(lines[0]).toContain('@cf/meta/llama-3.3-70b-instruct-fp8-fast')
})

test('every replacement of a retired model is a live model of the catalogue', () => {
  const retired = [
    '@cf/meta/llama-3.1-70b-instruct',
    '@cf/meta/llama-3.1-8b-instruct',
    '@hf/google/gemma-7b-it',
  ]
  for (const model of retired) {
    const successor = retirementOf(model)?.successor ?? ''
    expect(knownModels()).toContain(successor)
    expect(retirementOf(successor)).toBeUndefined()
  }
})

test.each([
  ['maxTokens', Number.NaN],
  ['maxTokens', 0],
  ['toolFormat', 'xml'],
  ['history', 'none'],
])('a profile whose %s is %o is refused before any request', (field, value) => {
  const profile = { [field]: value }
  expect(() => createAgent({ backend, model: '@cf/new/model', profile })).toThrow(
    `\`profile.${field}\``,
  )
})

test('what a profile leaves undefined is what it is for most models', async () => {
  const scripted = scriptedBackend(['Hi.'])
  const profile = { maxTokens: undefined } as object // as options that are read from somewhere come
  await createAgent({ backend: scripted, model: '@cf/new/model', profile }).run('Hi')
  expect(scripted.requests[0]?.inputs.max_tokens).toBe(2048)
})
