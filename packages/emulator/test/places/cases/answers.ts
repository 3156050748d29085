import { MODEL, type PlaceCase } from '../case.ts'

const TEXT = 'Olá, 世界! 👩‍👩‍👧 – שלום – \u0000 – "quoted" \\ end'
const IMAGE = Array.from({ length: 4096 }, (_, index) => index % 256)
const WEATHER = {
  name: 'get_weather',
  description: 'The weather in a city.',
  parameters: {
    type: 'object',
    properties: { city: { type: 'string', description: 'Its name.' } },
    required: ['city'],
  },
}
const SCHEMA = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] }

/** What the service answers when all is well. */
export const answers: readonly PlaceCase[] = [
  {
    name: 'a prompt is answered with text, no calls and the tokens that were used',
    replies: [{ text: 'It is warm in Lisbon.' }],
    run: (ai) => ai.run(MODEL, { prompt: 'Is it warm in Lisbon?' }),
    expected: {
      response: 'It is warm in Lisbon.',
      tool_calls: [],
      usage: {
        prompt_tokens: 6,
        completion_tokens: 6,
        total_tokens: 12,
        prompt_tokens_details: { cached_tokens: 0 },
      },
    },
    arrived: { front: 'binding', model: MODEL, path: '/run?version=3', status: 200 },
  },
  {
    name: 'any text comes through both ways as it is',
    replies: [{ text: TEXT }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { messages: [{ role: 'user', content: TEXT }] })
      return (answer as { response: string }).response // the shape of the case above
    },
    expected: TEXT,
    arrived: { inputs: { messages: [{ role: 'user', content: TEXT }] } },
  },
  {
    name: 'a call comes as the name of a tool and an object',
    replies: [{ toolCalls: [{ toolName: 'get_weather', input: { city: 'Lisbon' } }] }],
    run: async (ai) => {
      const messages = [{ role: 'user', content: 'Is it warm in Lisbon?' }]
      const answer = await ai.run(MODEL, { messages, tools: [WEATHER] })
      const { response, tool_calls } = answer as Record<string, unknown> // any answer is an object
      return { response, tool_calls }
    },
    expected: {
      response: null,
      tool_calls: [{ name: 'get_weather', arguments: { city: 'Lisbon' } }],
    },
    arrived: { inputs: { tools: [WEATHER] } },
  },
  {
    name: 'JSON mode gives an object',
    replies: [{ result: { response: { city: 'Lisbon' } } }],
    run: (ai) =>
      ai.run(MODEL, {
        messages: [{ role: 'user', content: 'Where?' }],
        response_format: { type: 'json_schema', json_schema: SCHEMA },
      }),
    expected: { response: { city: 'Lisbon' } },
    arrived: { inputs: { response_format: { type: 'json_schema', json_schema: SCHEMA } } },
  },
  {
    name: 'an image goes as a list of its bytes',
    replies: [{ text: 'Stripes.' }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'What is it?', image: IMAGE })
      return (answer as { response: string }).response // the shape of the first case
    },
    expected: 'Stripes.',
    arrived: { inputs: { image: IMAGE } },
  },
  {
    name: 'a text of 100,000 characters arrives whole',
    replies: [{ text: 'Long.' }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'word '.repeat(20_000) })
      return (answer as { usage: { prompt_tokens: number } }).usage.prompt_tokens // see the first case
    },
    expected: 25_000,
  },
  {
    name: 'a raw response has status, type, request id and neurons',
    replies: [{ text: 'Raw.' }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'Hello' }, { returnRawResponse: true })
      const response = answer as Response // what was asked for
      const { response: text } = JSON.parse(await response.text())
      return {
        text,
        status: response.status,
        type: response.headers.get('content-type'),
        hasId: (response.headers.get('cf-ai-req-id') ?? '') !== '',
        costs: Number(response.headers.get('cf-ai-neurons')) > 0,
      }
    },
    expected: { text: 'Raw.', status: 200, type: 'application/json', hasId: true, costs: true },
  },
  {
    name: 'the options of a gateway arrive at the gateway',
    replies: [{ text: 'Through.' }],
    run: async (ai) => {
      const gateway = { id: 'mine', skipCache: true, cacheTtl: 60 }
      const extraHeaders = { 'x-session-affinity': 'session-1' }
      const answer = await ai.run(MODEL, { prompt: 'Hello' }, { gateway, extraHeaders })
      return (answer as { response: string }).response // the shape of the first case
    },
    expected: 'Through.',
    arrived: {
      path: '/ai-gateway/run?version=3',
      options: { gateway: { id: 'mine', skipCache: true, cacheTtl: 60 } },
      headers: { 'x-session-affinity': 'session-1' },
    },
  },
  {
    name: 'ten requests at once are ten answers',
    replies: Array.from({ length: 10 }, (_, index) => ({ text: `Answer ${index}` })),
    run: async (ai) => {
      const asked = Array.from({ length: 10 }, () => ai.run(MODEL, { prompt: 'Hello' }))
      const texts = (await Promise.all(asked)).map(
        (answer) => (answer as { response: string }).response, // the shape of the first case
      )
      return texts.toSorted()
    },
    expected: Array.from({ length: 10 }, (_, index) => `Answer ${index}`),
  },
]
