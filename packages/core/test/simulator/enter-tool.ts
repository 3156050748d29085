import type { JsonValue, ToolContext, ToolEffect } from '@drover/core'
import type { FaultKind } from './fault-kinds.ts'
import { checkEntry } from './invariants.ts'
import type { Stage } from './stage.ts'
import { ODD, outputOf } from './tool-output.ts'
import type { ToolEntry } from './witness.ts'
import type { World } from './world.ts'

/** Longer than any tool may take. */
const TOO_LATE_MS = 60_000

/** What a tool of a world does: it is seen, takes its time, and gives its mark back, or does something worse. */
export function enterTool(
  toolName: string,
  effect: ToolEffect,
  given: { readonly mark: string },
  { context, idempotencyKey, signal }: ToolContext<Stage>,
): Promise<string> {
  const { world, run } = context
  const { mark } = given
  const at = world.clock.now()
  const key = idempotencyKey
  const entry: ToolEntry = { at, mark, toolName, effect, key, signal, isSettled: false }
  checkEntry(context, entry, given)
  run.entries.push(entry)
  world.point(run)
  const fault = world.faults.draw('tool')
  if (fault !== undefined) world.faults.hit(fault)
  const output = outputOf(mark, run.label)
  const working = after(world, world.random.pick([0, 0, 0, 1, 20, 400, 3000]), () => {
    world.point(run)
    return fault === undefined ? Promise.resolve(output) : misbehave(fault, world, given, output)
  })
  const settle = (): void => {
    entry.isSettled = true
  }
  working.then(settle, settle)
  return working
}

function after<Value>(world: World, ms: number, give: () => Promise<Value>): Promise<Value> {
  if (ms === 0) return give()
  return new Promise((resolve, reject) => {
    world.clock.after(ms, () => void give().then(resolve, reject))
  })
}

function misbehave(
  fault: FaultKind<'tool'>,
  world: World,
  given: object,
  output: string,
): Promise<string> {
  const { random, clock } = world
  switch (fault) {
    case 'throws-error':
      return Promise.reject(new Error('The tool is broken.'))
    case 'throws-odd':
      return Promise.reject(random.pick(ODD))
    case 'hangs':
      return new Promise(() => {})
    case 'late-result':
      return new Promise((resolve) => clock.after(TOO_LATE_MS, () => resolve(output)))
    case 'late-failure':
      return new Promise((_, reject) =>
        clock.after(TOO_LATE_MS, () => reject(new Error('Too late, and broken.'))),
      )
    case 'huge-result':
      return Promise.resolve(`${output} ${'0123456789'.repeat(3000)}`)
    case 'odd-result':
      return Promise.resolve(random.pick(ODD) as string) // a tool's types hold nobody at run time
    case 'wrong-result':
      return Promise.resolve(`no ${output}`)
    case 'changes-input': {
      const own = given as { mark: string; amount?: JsonValue; tags?: JsonValue } // the schema's own output
      own.mark = 'changed'
      own.amount = -1
      own.tags = { toString: 'changed' }
      return Promise.resolve(output)
    }
  }
}
