import { binding } from '@drover/binding'
import { createAgent, DroverError, tool, type Agent } from '@drover/core'
import { MODEL, type PlaceAi, type PlaceCase } from '../case.ts'

const getWeather = tool({
  name: 'get_weather',
  description: 'The weather in a city.',
  input: {
    type: 'object',
    properties: { city: { type: 'string', description: 'Its name.' } },
    required: ['city'],
    additionalProperties: false,
  },
  effect: 'read',
  execute: (input) => ({ ...Object(input), celsius: 26 }),
})

const createWeatherAgent = (ai: PlaceAi): Agent =>
  createAgent({ backend: binding(ai), model: MODEL, tools: [getWeather], stream: 'always' })

const question = 'Where is it warm?'
const call = (city: string) => ({ toolName: 'get_weather', input: { city } })

/** Whole runs over the binding. */
export const agents: readonly PlaceCase[] = [
  {
    name: 'an agent calls its tool and answers',
    replies: [{ toolCalls: [call('Lisbon')] }, { text: 'It is 26 °C in Lisbon.' }],
    run: async (ai) => {
      const { text, steps, stopReason } = await createWeatherAgent(ai).run(question)
      return { text, steps: steps.length, stopReason }
    },
    expected: { text: 'It is 26 °C in Lisbon.', steps: 2, stopReason: 'answer' },
  },
  {
    name: 'two calls of one reply are answered in their order',
    replies: [{ toolCalls: [call('Lisbon'), call('Oslo')] }, { text: 'Both.' }],
    run: async (ai) => {
      const { messages } = await createWeatherAgent(ai).run(question)
      return messages.flatMap((message) =>
        message.role === 'tool' ? [JSON.parse(message.content)] : [],
      )
    },
    expected: [
      { city: 'Lisbon', celsius: 26 },
      { city: 'Oslo', celsius: 26 },
    ],
  },
  {
    name: 'a call that leaked into the text is run all the same',
    replies: [
      { text: '{"name": "get_weather", "parameters": {"city": "Lisbon"}}' },
      { text: 'Warm.' },
    ],
    run: async (ai) => {
      const { text, events } = await createWeatherAgent(ai).run(question)
      return { text, recovered: events.some(({ type }) => type === 'call-recovered') }
    },
    expected: { text: 'Warm.', recovered: true },
  },
  {
    name: 'a run is streamed',
    replies: [{ toolCalls: [call('Lisbon')] }, { text: 'It is warm in Lisbon today.' }],
    run: async (ai) => {
      const types = new Set<string>()
      let text = ''
      for await (const event of createWeatherAgent(ai).stream(question)) {
        types.add(event.type)
        if (event.type === 'text-delta') text += event.text
      }
      return { text, called: types.has('tool-result'), ended: types.has('run-end') }
    },
    expected: { text: 'It is warm in Lisbon today.', called: true, ended: true },
    arrived: { inputs: { stream: true } },
  },
  {
    name: 'a run that is aborted leaves its request',
    replies: [{ text: 'One two three', streaming: { fault: { type: 'silent', afterFrames: 2 } } }],
    run: async (ai) => {
      const controller = new AbortController()
      const types: string[] = []
      try {
        const { signal } = controller
        for await (const event of createWeatherAgent(ai).stream(question, { signal })) {
          types.push(event.type)
          if (event.type === 'text-delta') controller.abort()
        }
      } catch (error) {
        return { last: types.at(-1), name: error instanceof Error ? error.name : String(error) }
      }
      return { last: types.at(-1) }
    },
    expected: { last: 'run-end', name: 'AbortError' },
    arrived: { abandoned: true },
    breaksOff: true,
  },
  {
    name: 'a refusal of the service ends a run with its code',
    replies: [{ error: { code: 5035 } }],
    run: async (ai) => {
      try {
        return await createWeatherAgent(ai).run(question)
      } catch (error) {
        return DroverError.is(error) ? error.code : String(error)
      }
    },
    expected: 'http.forbidden',
  },
]
