/** The question, the call and the answer of every client's tests. */
export const QUESTION = 'Is it warm in Lisbon?'
export const ANSWER = 'It is warm in Lisbon: 26 °C.'
export const CALL = { toolName: 'get_weather', input: { city: 'Lisbon' } }

/** The tool as a client takes it that has no form of its own. */
export const WEATHER = {
  name: 'get_weather',
  description: 'Current weather in a city',
  parameters: {
    type: 'object' as const,
    properties: { city: { type: 'string' as const, description: 'City name' } },
    required: ['city'],
  },
}

/** What the tool gives. */
export const SUNNY = { celsius: 26 }
