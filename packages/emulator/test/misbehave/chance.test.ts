import { fakeRuntime } from '@drover/core/testing'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { MisbehaveOptions, MisbehaviourName } from '../../src/index.ts'
import { misbehaviours, script, startEmulator } from '../../src/index.ts'
import { openScene } from '../../src/scene.ts'
import { ask, CALLS, GLM, see, strike, TALK } from './struck.ts'

const names = misbehaviours.map(({ name }) => name)

// Those that never end, or end only after a long time.
const endless = new Set<MisbehaviourName>(['silence', 'stream-silent', 'huge-body', 'long-line'])
const finite = names.filter((name) => !endless.has(name))

const misbehaving: fc.Arbitrary<MisbehaveOptions> = fc
  .dictionary(fc.constantFrom(...finite), fc.constantFrom(0.2, 0.5, 0.9, 'once', 'always'), {
    maxKeys: 6,
  })
  // Keys from the list of names.
  .map((rates) => rates as MisbehaveOptions)

test('the same seed gives the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: 0xffff_ffff }),
      misbehaving,
      fc.boolean(),
      fc.constantFrom(GLM, undefined),
      async (seed, rates, stream, model) => {
        const options = { ...rates, seed }
        const asking = { stream, ...(model !== undefined && { model }) }
        expect(await bytesOf(options, asking)).toEqual(await bytesOf(options, asking))
      },
    ),
  )
})

async function bytesOf(misbehave: MisbehaveOptions, asking: object): Promise<readonly unknown[]> {
  const model = script([CALLS, TALK, CALLS, TALK])
  await using emulator = await startEmulator({ model, misbehave, runtime: fakeRuntime() })
  const seen: unknown[] = []
  for (let count = 0; count < 4; count++) {
    try {
      const { status, text, headers } = await ask(emulator.url, asking)
      seen.push([status, headers.get('x-drover-misbehave'), text.replace(/run-\d+/g, 'id')])
    } catch {
      seen.push('no answer')
    }
  }
  return seen
}

test.each([
  [0, 0],
  [0.3, 36],
  [1, 100],
])('a rate of %d strikes so many of a hundred requests', async (rate, count) => {
  const model = script(() => TALK)
  await using emulator = await startEmulator({ model, misbehave: { '500': rate, seed: 7 } })
  for (let asked = 0; asked < 100; asked++) await ask(emulator.url)
  expect(emulator.requests.filter(({ status }) => status === 500)).toHaveLength(count)
})

test("'once' strikes the first request that it can", async () => {
  const model = script([TALK, CALLS, CALLS])
  await using emulator = await startEmulator({ model, misbehave: { leak: 'once' } })
  for (let asked = 0; asked < 3; asked++) await ask(emulator.url)
  expect(emulator.requests.map(({ misbehaved }) => misbehaved)).toEqual([[], ['leak'], []])
})

test('several strike one reply: changed, leaked, then cut', async () => {
  const misbehave = { truncate: 'always', 'leak-xml': 'always', 'tool-case': 'always' } as const
  const { result, struck, headers } = await see(misbehave)
  expect(result.response).toMatch(/^<tool_call>\n\{"name":"GET_WEATHER"/)
  expect(result.response).not.toContain('</tool_call>\n<tool_call>')
  expect(struck).toEqual(['tool-case', 'leak-xml', 'truncate'])
  expect(headers.get('x-drover-misbehave')).toBe('tool-case, leak-xml, truncate')
})

test('a reply of a script misbehaves by itself', async () => {
  const model = script([
    { ...CALLS, misbehave: ['leak-json'] },
    { misbehave: ['3040'] },
    { ...TALK, misbehave: [] },
  ])
  await using emulator = await startEmulator({ model })
  const first = await ask(emulator.url)
  expect(first.result.response).toMatch(/^\{"name":"get_weather"/)
  expect((await ask(emulator.url)).status).toBe(429)
  expect((await ask(emulator.url)).status).toBe(200)
  model.assertComplete()
})

test('a request asks for its own by header, beside the others', async () => {
  const model = script(() => CALLS)
  await using emulator = await startEmulator({ model, misbehave: { leak: 'always' } })
  const struck = async (header: string): Promise<string | null> => {
    const { headers } = await ask(emulator.url, {}, { 'x-drover-misbehave': header })
    return headers.get('x-drover-misbehave')
  }
  expect(await struck('no-usage')).toBe('leak, no-usage')
  expect(await struck('429-date, no-usage=always')).toBe('429-date')
  expect(await struck('leak=0, tool-case = 1')).toBe('tool-case')
})

test('a scene misbehaves on its own', async () => {
  await using emulator = await startEmulator({ model: script(() => TALK), scenes: true })
  const scene = await openScene({ emulator: emulator.url, misbehave: { '502': 'once' } })
  expect((await ask(scene.url)).status).toBe(502)
  expect((await ask(scene.url)).status).toBe(200)
  await scene.close()
  expect((await ask(emulator.url)).status).toBe(200)
  const wrong = openScene({ emulator: emulator.url, misbehave: { leak: 7 } })
  await expect(wrong).rejects.toThrow("`misbehave['leak']`")
})

test.each([
  ['leek', "Did you mean 'leak'?"],
  ['leak=2', "`misbehave['leak']` to be a number from 0 to 1"],
  ['leak=often', 'got NaN'],
  ['', 'Expected the name of a misbehaviour, got ""'],
])('the header `%s` is refused with a sentence', async (header, sentence) => {
  await using emulator = await startEmulator()
  const { status, text } = await ask(emulator.url, {}, { 'x-drover-misbehave': header })
  expect([status, text]).toEqual([400, expect.stringContaining(sentence)])
})

test.each([
  [{ leek: 1 }, "Did you mean 'leak'?"],
  [{ constructor: 1 }, 'got "constructor"'],
  [{ leak: -0.1 }, 'a number from 0 to 1'],
  [{ leak: Number.NaN }, 'a number from 0 to 1'],
  [{ leak: 'sometimes' }, `'always' or 'once', got "sometimes"`],
  [{ seed: 1.5 }, '`misbehave.seed` to be an integer'],
  [[], 'an object of names and rates'],
])('%j is refused when the emulator starts', async (misbehave, sentence) => {
  // What code without types may pass.
  const options = { misbehave } as object
  await expect(startEmulator(options)).rejects.toThrow(sentence)
})

test('a name nobody knows is refused in a script, and in the answer of a function', async () => {
  // What code without types may pass.
  const reply = { text: 'hi', misbehave: ['leek'] } as object
  expect(() => script([reply])).toThrow("Did you mean 'leak'?")
  await using emulator = await startEmulator({ model: script(() => reply) })
  const { status, text } = await ask(emulator.url)
  expect([status, text]).toEqual([500, expect.stringContaining("Did you mean 'leak'?")])
})

test('what the service refuses anyway is not struck', async () => {
  const { status, struck } = await strike('500', { inputs: { messages: 'no' } })
  expect([status, struck]).toEqual([400, []])
})

test('each misbehaviour has a line for people, and none is like another', () => {
  const lines = misbehaviours.map(({ what }) => what)
  expect(
    lines.filter((line) => line.length < 10 || line.length > 180 || /\n|\.$/.test(line)),
  ).toEqual([])
  expect(new Set(lines).size).toBe(lines.length)
})
