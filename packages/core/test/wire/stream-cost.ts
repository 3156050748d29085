// Prints what reading a stream costs for each token, as a share of what a bare event-stream reader costs in the same
// process: read, decode, split, JSON.parse, collect the text. `readStream` is the reader alone, `agent.stream` a whole run
// whose events are read. Run it with Node:
//   pnpm --filter @drover/core stream-cost
import { createAgent, tool } from '@drover/core'
import { readStream } from '@drover/core/wire'

const TOKENS = 100_000
const ROUNDS = 9
const WORDS = [
  'The',
  ' quick',
  ' brown',
  ' fox',
  ' jumps',
  ' over',
  ' it',
  ',',
  ' and',
  ' nobody',
  ' minds',
  '.',
]
const wordAt = (n: number): string => WORDS[n % WORDS.length] ?? ''
const EXPECTED = Array.from({ length: TOKENS }, (_, n) => wordAt(n)).join('')
const PADDING = 'abcdefghijklmnopqrstuvwxyz0123456789'

const parameters = { type: 'object', properties: { city: { type: 'string' } } } as const
const tools = ['get_weather', 'get_time', 'send_mail'].map((name) => ({ name, parameters }))

type Dialect = (text: string, n: number) => object
const dialects: Readonly<Record<string, Dialect>> = {
  native: (response, n) => ({ response, p: PADDING.slice(n % 36) }),
  'native with calls': (response, n) => ({ response, tool_calls: [], p: PADDING.slice(n % 36) }),
  openai: (content) => ({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
  }),
}

function chunksOf(dialect: Dialect, tokensPerChunk: number): readonly Uint8Array[] {
  const encoder = new TextEncoder()
  const frames = Array.from({ length: TOKENS }, (_, n) => {
    return `data: ${JSON.stringify(dialect(wordAt(n), n))}\n\n`
  })
  const chunks: Uint8Array[] = []
  for (let at = 0; at < TOKENS; at += tokensPerChunk) {
    chunks.push(encoder.encode(frames.slice(at, at + tokensPerChunk).join('')))
  }
  return [...chunks, encoder.encode('data: [DONE]\n\n')]
}

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream<Uint8Array>(
    {
      pull: (controller) => {
        const chunk = chunks[at++]
        if (chunk === undefined) controller.close()
        else controller.enqueue(chunk)
      },
    },
    { highWaterMark: 0 },
  )
}

async function readBare(body: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder()
  let rest = ''
  let text = ''
  for await (const chunk of body) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      if (!line.startsWith('data: ') || line === 'data: [DONE]') continue
      const frame = JSON.parse(line.slice(6))
      text += frame.response ?? frame.choices[0].delta.content
    }
  }
  return text
}

async function readOurs(body: ReadableStream<Uint8Array>, offered: typeof tools): Promise<string> {
  let text = ''
  for await (const delta of readStream(body, { tools: offered })) {
    if (delta.type === 'text-delta') text += delta.text
  }
  return text
}

/** The same through a run, whose events are read one by one. */
async function readRun(body: ReadableStream<Uint8Array>, offered: typeof tools): Promise<string> {
  const headers = { 'content-type': 'text/event-stream' }
  const agent = createAgent({
    backend: { name: 'given', send: async () => new Response(body, { headers }) },
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    stream: 'always',
    tools: offered.map(({ name }) =>
      tool({ name, description: name, input: parameters, execute: () => '' }),
    ),
  })
  let text = ''
  for await (const event of agent.stream('Hi')) {
    if (event.type === 'text-delta') text += event.text
  }
  return text
}

/** CPU time of this process, in nanoseconds for each token. */
async function cost(read: () => Promise<string>): Promise<number> {
  const before = process.cpuUsage()
  const text = await read()
  const { user, system } = process.cpuUsage(before)
  if (text.length !== EXPECTED.length) throw new Error('The text was not read whole.')
  return ((user + system) * 1000) / TOKENS
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

const ways: Readonly<Record<string, (chunks: readonly Uint8Array[]) => Promise<string>>> = {
  readStream: (chunks) => readOurs(bodyOf(chunks), []),
  'with 3 tools': (chunks) => readOurs(bodyOf(chunks), tools),
  'agent.stream': (chunks) => readRun(bodyOf(chunks), []),
  'with 3 tools ': (chunks) => readRun(bodyOf(chunks), tools),
}

console.log(`dialect            tokens/chunk  bare ns  ${Object.keys(ways).join('  ')}`)
for (const [name, dialect] of Object.entries(dialects)) {
  for (const tokensPerChunk of [1, 60]) {
    const chunks = chunksOf(dialect, tokensPerChunk)
    const bares: number[] = []
    const ratios = Object.values(ways).map((): number[] => [])
    for (let round = 0; round < ROUNDS; round++) {
      const bare = await cost(() => readBare(bodyOf(chunks)))
      bares.push(bare)
      for (const [index, read] of Object.values(ways).entries()) {
        ratios[index]?.push((await cost(() => read(chunks))) / bare)
      }
    }
    const figures = ratios.map((values) => median(values).toFixed(2).padEnd(14)).join('')
    console.log(
      `${name.padEnd(18)} ${String(tokensPerChunk).padEnd(13)} ${median(bares).toFixed(0).padEnd(8)} ${figures}`,
    )
  }
}
