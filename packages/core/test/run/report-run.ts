import { createAgent, tool } from '@drover/core'
import { fakeRuntime, scriptedBackend } from '@drover/core/testing'
import * as z from 'zod'

/** No JSON mode, no `tool_choice`. */
export const llama = '@cf/meta/llama-3.1-8b-instruct-fast'
/** No JSON mode; heeds `tool_choice`. */
export const qwen = '@cf/qwen/qwen3-30b-a3b-fp8'
/** JSON mode. */
export const llama33 = '@cf/meta/llama-3.3-70b-instruct-fp8-fast'

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string() }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 21 }),
})
const Report = z.object({ city: z.string(), celsius: z.number().max(60) })
export const lisbon = { city: 'Lisbon', celsius: 21 }
export const look = { toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] }
export const final = (input: Record<string, string | number>) => ({
  toolCalls: [{ toolName: 'final_answer', input }],
})

/** A run that wants a report. */
export function ask(
  script: Parameters<typeof scriptedBackend>[0],
  options: Partial<Parameters<typeof createAgent>[0]> = {},
) {
  const backend = scriptedBackend(script)
  const agent = createAgent({
    backend,
    model: llama,
    tools: [weather],
    runtime: fakeRuntime(),
    ...options,
    output: Report,
  })
  return { backend, agent }
}

export const toolNames = (inputs: { readonly tools?: readonly object[] }): readonly string[] =>
  (inputs.tools ?? []).map((offered) => Reflect.get(offered, 'function').name)
