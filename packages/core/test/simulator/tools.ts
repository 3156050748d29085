import { tool, type Tool, type ToolContext, type ToolEffect } from '@drover/core'
import * as z from 'zod'
import { enterTool } from './enter-tool.ts'
import type { Stage } from './stage.ts'
import { FREE_REFUND, MAX_REPORTS } from './tool-rules.ts'

/** What every tool takes. `mark` tells one call of a world from all others. */
const input = z.object({
  mark: z.string(),
  amount: z.int(),
  note: z.string().default('none'),
  tags: z.array(z.string()).optional(),
})

const make = (name: string, effect: ToolEffect) => ({
  name,
  description: `Does what \`${name}\` says`,
  input,
  effect,
  execute: (given: z.output<typeof input>, context: ToolContext<Stage>) =>
    enterTool(name, effect, given, context),
})

/** Tools of every class. Made once: a world is what they get as `context`. */
export const TOOLS: readonly Tool<never, Stage>[] = [
  tool(make('look_up', 'read')),
  tool(make('put_note', 'idempotent')),
  tool(make('pay', 'once')),
  tool({ ...make('send_mail', 'once'), approval: true }),
  tool<typeof input, Stage>({
    ...make('refund', 'once'),
    approval: ({ amount }, { context }) => {
      const { world, run } = context
      world.point(run)
      const fault = world.faults.draw('approval')
      if (fault === 'rule-throws') {
        world.faults.hit(fault)
        throw new Error('The rule is broken.')
      }
      if (fault === 'rule-hangs') {
        world.faults.hit(fault)
        return new Promise<boolean>(() => {})
      }
      return amount > FREE_REFUND
    },
  }),
  tool({ ...make('measure', 'read'), output: z.string().startsWith('out ') }),
  tool({ ...make('lock_up', 'idempotent'), serial: true, timeoutMs: 1000 }),
  tool({ ...make('report', 'once'), maxCalls: MAX_REPORTS }),
]

/** The names, each as often as a model should like to call it. */
export const TOOL_NAMES: readonly string[] = TOOLS.map(({ name }) => name)
