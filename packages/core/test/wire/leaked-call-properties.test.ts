import fc from 'fast-check'
import { expect, test } from 'vitest'
import { validateJson } from '../../src/json-schema-validate.ts'
import type { JsonValue } from '../../src/message.ts'
import { repairInput } from '../../src/tool/coerce.ts'
import { type OfferedTool, type Recovered, recoverCalls } from '../../src/wire/leaked-call.ts'
import { type Written, dialects } from './dialects.ts'
import { scene, writtenReplies } from './scenes.ts'

const RUNS = 10_000

const repaired = (tools: readonly OfferedTool[], name: string, input: JsonValue): JsonValue => {
  const parameters = tools.find((tool) => tool.name === name)?.parameters ?? {}
  return repairInput(input, parameters, { toolName: name }).input
}
const accept = (tool: OfferedTool, input: JsonValue): boolean =>
  validateJson(tool.parameters, repairInput(input, tool.parameters, { toolName: tool.name }).input)
    .length === 0

const callsOf = (tools: readonly OfferedTool[], found: Recovered): Written[] =>
  // What is accepted fits an object schema.
  found.calls.map(
    (call) =>
      ({ toolName: call.toolName, input: repaired(tools, call.toolName, call.input) }) as Written,
  )

const squeeze = (prose: string): string => prose.replace(/\s+/g, '')

test(
  'calls in any dialect, with prose around, are exactly those calls, and when cut the first of them',
  { timeout: 120_000 },
  () => {
    const written = new Map<string, number>()
    fc.assert(
      fc.property(scene, (given) => {
        const { tools, calls, cutAt } = given
        for (const { dialect, start, reply, end } of writtenReplies(given)) {
          const found = recoverCalls(reply, tools, accept)
          const context = `${dialect}: ${JSON.stringify(reply)}`
          expect(callsOf(tools, found), context).toEqual(calls)
          expect(squeeze(found.text), context).toBe(squeeze(start + end))
          const cut = reply.slice(0, Math.floor(cutAt * reply.length))
          const begun = callsOf(tools, recoverCalls(cut, tools, accept))
          expect(begun, `${dialect}, cut: ${JSON.stringify(cut)}`).toEqual(
            calls.slice(0, begun.length),
          )
          written.set(dialect, (written.get(dialect) ?? 0) + 1)
        }
      }),
      { numRuns: RUNS },
    )
    for (const name of Object.keys(dialects)) {
      expect(written.get(name), name).toBeGreaterThan(RUNS / 5)
    }
  },
)
