import { MODEL, readText, type PlaceCase } from '../case.ts'

/** What comes in pieces. */
export const streams: readonly PlaceCase[] = [
  {
    name: 'a stream comes as its bytes',
    replies: [{ text: 'Olá 👋', streaming: { variant: 'native', chunks: 'byte', seed: 1 } }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'Hello', stream: true })
      const { text, broken } = await readText(answer as ReadableStream<Uint8Array>) // as asked for
      const frames = text.trimEnd().split('\n\n')
      const pieces = frames.slice(0, -1).map((frame) => JSON.parse(frame.slice(6)).response ?? '')
      return { last: frames.at(-1), text: pieces.join(''), broken }
    },
    expected: { last: 'data: [DONE]', text: 'Olá 👋', broken: false },
  },
  {
    name: 'a raw response of a stream has its type',
    replies: [{ text: 'Streamed.' }],
    run: async (ai) => {
      const options = { returnRawResponse: true }
      const answer = await ai.run(MODEL, { prompt: 'Hello', stream: true }, options)
      const response = answer as Response // what was asked for
      const { text } = await readText(response.body ?? new ReadableStream())
      return { type: response.headers.get('content-type'), whole: text.endsWith('[DONE]\n\n') }
    },
    expected: { type: 'text/event-stream', whole: true },
  },
  {
    name: 'a stream that is cut breaks off where it was cut',
    replies: [
      {
        text: 'One two three four five six',
        streaming: { variant: 'native', seed: 1, fault: { type: 'cut', afterFrames: 2 } },
      },
    ],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'Hello', stream: true })
      const { text, broken } = await readText(answer as ReadableStream<Uint8Array>) // as asked for
      return { frames: text.match(/^data: /gm)?.length, broken }
    },
    expected: { frames: 2, broken: true },
    breaksOff: true,
  },
  {
    name: 'who leaves a stream closes it',
    replies: [{ text: 'One two three', streaming: { fault: { type: 'silent' } } }],
    run: async (ai) => {
      const answer = await ai.run(MODEL, { prompt: 'Hello', stream: true })
      const reader = (answer as ReadableStream<Uint8Array>).getReader() // as asked for
      const { done } = await reader.read()
      await reader.cancel()
      return { done }
    },
    expected: { done: false },
    arrived: { abandoned: true },
    breaksOff: true,
  },
]
