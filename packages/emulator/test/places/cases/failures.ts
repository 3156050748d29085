import { MODEL, RETIRED, thrownBy, type PlaceCase } from '../case.ts'

/** What the service refuses, word for word. */
export const failures: readonly PlaceCase[] = [
  {
    name: 'an error is thrown with its code and text',
    replies: [{ error: { code: 3040 } }],
    run: (ai) => thrownBy(() => ai.run(MODEL, { prompt: 'Hello' })),
    expected: {
      name: 'AiError',
      message: '3040: Capacity temporarily exceeded, please try again.',
    },
    arrived: { status: 429 },
  },
  {
    name: 'a raw response is no exception, and says when to come back',
    replies: [{ error: { code: 3040, retryAfter: 7 } }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'Hello' }, { returnRawResponse: true })
      const response = answer as Response // what was asked for
      const { internalCode, httpCode } = JSON.parse(await response.text())
      const retryAfter = response.headers.get('retry-after')
      return { status: response.status, retryAfter, internalCode, httpCode }
    },
    expected: { status: 429, retryAfter: '7', internalCode: 3040, httpCode: 429 },
  },
  {
    name: 'a retired model is refused',
    replies: [],
    run: (ai) => thrownBy(() => ai.run(RETIRED, { prompt: 'Hello' })),
    expected: {
      name: 'AiError',
      message: '5028: This model was deprecated on 2026-05-30. Please use an alternative model',
    },
  },
  {
    name: 'an unknown model is refused',
    replies: [],
    run: (ai) => thrownBy(() => ai.run('@cf/nobody/nothing', { prompt: 'Hello' })),
    expected: { name: 'AiError', message: '5007: No such model @cf/nobody/nothing or task' },
  },
  {
    name: 'inputs that do not fit are refused in the words of the validator',
    replies: [],
    run: async (ai) => [
      await thrownBy(() => ai.run(MODEL, { prompt: '' })),
      await thrownBy(() => ai.run(MODEL, { messages: [{ role: 'user' }] })),
    ],
    expected: [
      {
        name: 'AiError',
        message:
          "5006: Error: oneOf at '/' not met, 0 matches: Length of '/prompt' must be >= 1 not met, " +
          "required properties at '/' are 'messages'",
      },
      {
        name: 'AiError',
        message:
          "5006: Error: oneOf at '/' not met, 0 matches: required properties at '/' are 'prompt', " +
          "required properties at '/messages/0' are 'role,content'",
      },
    ],
    arrived: { inputs: { messages: [{ role: 'user' }] }, status: 400 },
  },
  {
    name: 'more than the window of the model is refused',
    replies: [],
    run: (ai) =>
      thrownBy(() =>
        ai.run(MODEL, {
          messages: Array.from({ length: 5 }, () => ({
            role: 'user',
            content: 'word '.repeat(26_000),
          })),
        }),
      ),
    expected: {
      name: 'AiError',
      message:
        '5021: The estimated number of input and maximum output tokens (162793) exceeded this model ' +
        'context window limit (128000)',
    },
  },
  {
    name: 'JSON mode and a stream do not go together',
    replies: [],
    run: (ai) =>
      thrownBy(() =>
        ai.run(MODEL, {
          prompt: 'Hello',
          stream: true,
          response_format: { type: 'json_object' },
        }),
      ),
    expected: {
      name: 'AiError',
      message: '5023: JSON Schema mode is not supported with stream mode.',
    },
  },
]
