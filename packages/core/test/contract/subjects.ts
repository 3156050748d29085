import { tool } from '@drover/core'

/** The model the cases ask unless they are about another. */
export const model = '@cf/meta/llama-3.1-8b-instruct-fast'

/** A tool that always works. */
export const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: {
    type: 'object',
    properties: { city: { type: 'string', description: 'City name' } },
    required: ['city'],
  },
  effect: 'read',
  execute: (input) => ({ ...Object(input), celsius: 21 }),
})

/** The flat form of `weather` on the wire. */
export const describeWeather = {
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'City name' } },
    required: ['city'],
  },
}

/** A tool that gives what `execute` gives, whatever the input. */
export const yielding = (name: string, execute: () => unknown) =>
  tool({ name, description: 'Gives something', input: { type: 'object', properties: {} }, execute })
