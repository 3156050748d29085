import { createAgent, foldEvents, isRunEvent, type Message, type RunEvent } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createOutside, worlds, type Outside, type World } from './abort-worlds.ts'

/** Links of a chain of promises in which an aborted run must settle. The deaf tool takes more. */
const PATIENCE = 100
const reason = new Error('enough')

const rejections: unknown[] = []
const onRejection = (error: unknown): void => void rejections.push(error)
beforeAll(() => void process.on('unhandledRejection', onRejection))
afterAll(() => void process.off('unhandledRejection', onRejection))

/** Runs a world, and aborts it where the test says: after so many turns, or at so many touches of the outside. */
const start = (world: World, outside: Outside, controller: AbortController) => {
  const events: RunEvent[] = []
  const agent = createAgent({ ...outside.options, runtime: fakeRuntime(), ...world.options })
  const run = agent.stream('Go', { signal: controller.signal, context: outside })
  let outcome: { readonly error?: unknown } | undefined
  const reading = (async () => {
    for await (const event of run) if (isRunEvent(event)) events.push(event)
  })()
  reading.then(
    () => (outcome = {}),
    (error: unknown) => (outcome = { error }),
  )
  return { events, outcome: () => outcome }
}

/** One link of a chain of promises at a time; what waits for more than promises gets its turn now and then. */
const turn = async (number: number): Promise<void> => {
  if (number % 500 === 499) await new Promise(setImmediate)
  else await Promise.resolve()
}

/** What an aborted run left behind; undefined where it had ended before. */
interface Remains {
  readonly dispatches: number
  readonly isSettled: boolean
  readonly problem: string | undefined
}

async function abortAfter(world: World, turns: number): Promise<Remains | undefined> {
  const controller = new AbortController()
  const outside = createOutside(world, controller.signal)
  const run = start(world, outside, controller)
  for (let number = 0; number < turns; number++) await turn(number)
  if (run.outcome() !== undefined) return undefined
  controller.abort(reason)
  return remains(run, outside)
}

async function abortAtTouch(world: World, touch: number): Promise<Remains | undefined> {
  const controller = new AbortController()
  const outside = createOutside(world, controller.signal, (count) => {
    if (count === touch) controller.abort(reason)
  })
  const run = start(world, outside, controller)
  for (let number = 0; number < 5000 && !controller.signal.aborted; number++) {
    if (run.outcome() !== undefined) return undefined
    await turn(number)
  }
  return remains(run, outside)
}

async function remains(run: ReturnType<typeof start>, outside: Outside): Promise<Remains> {
  for (let number = 0; number < PATIENCE && run.outcome() === undefined; number++) {
    await Promise.resolve()
  }
  const outcome = run.outcome()
  const { stopReason } = foldEvents(run.events)
  const isTrue = stopReason === 'aborted' ? outcome?.error === reason : outcome?.error !== reason
  const { late } = outside
  return {
    dispatches: late(),
    isSettled: outcome !== undefined,
    problem: isTrue
      ? problemOf(run.events)
      : `it says ${stopReason}, and ${String(outcome?.error)}`,
  }
}

/** What is wrong with the events of a run that is over. */
function problemOf(events: readonly RunEvent[]): string | undefined {
  const { messages, openCalls } = foldEvents(events)
  if (events.filter(({ type }) => type === 'run-end').length !== 1) return 'not one end'
  if (events.at(-1)?.type !== 'run-end') return 'something after the end'
  if (events.some(({ seq }, index) => seq !== index)) return 'a gap'
  return openCalls.length > 0 ? 'open calls' : unpaired(messages)
}

/** Every call is answered once, in order, right behind its reply. */
function unpaired(messages: readonly Message[]): string | undefined {
  const wanted: string[] = []
  for (const message of messages) {
    if (message.role === 'tool') {
      if (wanted.shift() !== message.toolCallId) return `an answer to nothing`
    } else if (wanted.length > 0) return 'a call without an answer'
    if (message.role === 'assistant') {
      wanted.push(...(message.toolCalls ?? []).map(({ toolCallId }) => toolCallId))
    }
  }
  return wanted.length > 0 ? 'a call without an answer at the end' : undefined
}

async function sweep(
  abort: (world: World, at: number) => Promise<Remains | undefined>,
): Promise<Record<string, number>> {
  const total = { points: 0, dispatches: 0, unsettled: 0, problems: 0 }
  for (const world of fc.sample(worlds, 200)) {
    for (let at = 0; ; at++) {
      const left = await abort(world, at)
      if (left === undefined) break
      total.points++
      total.dispatches += left.dispatches
      if (!left.isSettled) total.unsettled++
      if (left.problem !== undefined) total.problems++
    }
  }
  await new Promise(setImmediate)
  return total
}

const CLEAN = { dispatches: 0, unsettled: 0, problems: 0 }

test('200 runs, each aborted at every turn of its promises: nothing is dispatched after, all settle, every history is valid', async () => {
  const { points, ...found } = await sweep(abortAfter)
  console.log(`aborts between two awaits: ${points}`)
  expect(found).toEqual(CLEAN)
  expect(points).toBeGreaterThan(200 * 20)
  expect(rejections).toEqual([])
})

test('200 runs, each aborted by whatever they touch outside, while they touch it: the same', async () => {
  const { points, ...found } = await sweep(abortAtTouch)
  console.log(`aborts in a logger, a timer, a backend, a tool: ${points}`)
  expect(found).toEqual(CLEAN)
  expect(points).toBeGreaterThan(200 * 10)
  expect(rejections).toEqual([])
})
