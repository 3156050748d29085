import { describe, expect, test } from 'vitest'
import { script, startEmulator } from '../../src/index.ts'
import { call } from '../client.ts'
import { rehearse } from './rehearse.ts'
import type { RehearsedTool } from './tool-sets.ts'
import { deskTools, extractionTools, shopTools, weatherTools, workspaceTools } from './tool-sets.ts'

type Row = readonly [
  question: string,
  calls: readonly (readonly [string, object])[],
  answer: RegExp,
]

const MARK = '(rehearsal: a rule-based stand-in wrote this, not a language model)'

const sets: readonly (readonly [string, readonly RehearsedTool[], readonly Row[]])[] = [
  [
    'a workspace',
    workspaceTools,
    [
      [
        'which package has the most source lines?',
        [
          ['list_files', {}],
          ['calculate', { expression: '40 + 210' }],
        ],
        /`core` has the most lines: 250 \(next: rest 80\)/,
      ],
      [
        'how many markdown files are in docs?',
        [['list_files', { folder: 'docs' }]],
        /There are 2 markdown files in docs\./,
      ],
      [
        'which file is the longest?',
        [['list_files', {}]],
        /`packages\/core\/test\/loop\.test\.ts` is the longest: 500 lines/,
      ],
      ['what is 17% of 2,340?', [['calculate', { expression: '(17 / 100) * 2340' }]], /397\.8/],
      ['What is 12 times 7?', [['calculate', { expression: '12 * 7' }]], /84/],
      ['what is the sum of 3, 4 and 5?', [['calculate', { expression: '3 + 4 + 5' }]], /12/],
      ['what time is it in UTC?', [['current_time', { timeZone: 'UTC' }]], /14:05/],
      [
        'What time is it in Tokyo and what is 3 * 4?',
        [
          ['current_time', { timeZone: 'Asia/Tokyo' }],
          ['calculate', { expression: '3 * 4' }],
        ],
        /14:05[^]*12/,
      ],
      [
        'find where p-retry is used',
        [['search_text', { query: 'p-retry' }]],
        /loop\.ts:12: import retry from 'p-retry'/,
      ],
      ['Search for "max steps" in docs', [['search_text', { query: 'max steps' }]], /max steps/],
      ['read README.md', [['read_file', { path: 'README.md' }]], /# README\.md\nIt says hello\./],
      [
        'Show me the first 20 lines of README.md',
        [['read_file', { path: 'README.md', maxLines: 20 }]],
        /hello/,
      ],
      [
        'What does the getting started guide say?',
        [
          ['list_files', {}],
          ['read_file', { path: 'docs/getting-started.md' }],
        ],
        /# docs\/getting-started\.md/,
      ],
      [
        'List the files in docs, then read the longest one.',
        [
          ['list_files', { folder: 'docs' }],
          ['read_file', { path: 'docs/getting-started.md' }],
        ],
        /`docs\/getting-started\.md` is the longest: 60 lines/,
      ],
      [
        'read nothing-here.md',
        [['read_file', { path: 'nothing-here.md' }]],
        /`read_file` for nothing-here\.md did not work: Error: No such file/,
      ],
    ],
  ],
  [
    'the weather',
    weatherTools,
    [
      ['Is it warm in Lisbon?', [['get_weather', { city: 'Lisbon' }]], /celsius: 21/],
      [
        'weather in Paris and Rome',
        [
          ['get_weather', { city: 'Paris' }],
          ['get_weather', { city: 'Rome' }],
        ],
        /Paris[^]*Rome/,
      ],
      [
        'What is the weather like in Paris? And in Rome?',
        [
          ['get_weather', { city: 'Paris' }],
          ['get_weather', { city: 'Rome' }],
        ],
        /Paris[^]*Rome/,
      ],
      [
        'Compare the temperature of Paris, New York and Rome in fahrenheit',
        [
          ['get_weather', { city: 'Paris', unit: 'fahrenheit' }],
          ['get_weather', { city: 'New York', unit: 'fahrenheit' }],
          ['get_weather', { city: 'Rome', unit: 'fahrenheit' }],
        ],
        /New York/,
      ],
      [
        'Is it warm in Lisbn?',
        [
          ['get_weather', { city: 'Lisbn' }],
          ['get_weather', { city: 'Lisbon' }],
        ],
        /`get_weather` for Lisbon gave/,
      ],
      ['Who wrote Hamlet?', [], /None of the offered tools fits this: `get_weather`/],
    ],
  ],
  [
    'a shop',
    shopTools,
    [
      [
        'refund order 1042',
        [
          ['get_order', { orderId: '1042' }],
          ['refund_order', { orderId: '1042', amount: 59.9 }],
        ],
        /refunded: 59\.9/,
      ],
      ['Where is my order 1042?', [['get_order', { orderId: '1042' }]], /status: delivered/],
      [
        'What is the status of orders 1042 and 1043?',
        [
          ['get_order', { orderId: '1042' }],
          ['get_order', { orderId: '1043' }],
        ],
        /1042[^]*1043/,
      ],
      [
        'Please refund order 1042 with 20 euros because it arrived broken',
        [['refund_order', { orderId: '1042', amount: 20, reason: 'it arrived broken' }]],
        /refunded: 20/,
      ],
      ['cancel order A-77', [['cancel_order', { orderId: 'A-77' }]], /cancelled/],
      [
        'Cancel order 12 and send an email to ana@example.com saying "It is cancelled"',
        [
          ['cancel_order', { orderId: '12' }],
          [
            'send_email',
            { to: 'ana@example.com', subject: 'It is cancelled', body: 'It is cancelled' },
          ],
        ],
        /cancelled[^]*sent/,
      ],
    ],
  ],
  [
    'extraction',
    extractionTools,
    [
      [
        'Ana Silva, 42 years old, lives at 12 Main Street in Lisbon, 1100-148. Mail: ana@example.com. Save this contact with tags: vip, portuguese.',
        [
          [
            'save_contact',
            {
              name: 'Ana Silva',
              age: 42,
              email: 'ana@example.com',
              address: { street: '12 Main Street', city: 'Lisbon', zip: '1100-148' },
              tags: ['vip', 'portuguese'],
            },
          ],
        ],
        /saved/,
      ],
      [
        'Save the person: John Smith is 30 and lives in New York and does not want the newsletter',
        [
          [
            'save_contact',
            { name: 'John Smith', age: 30, address: { city: 'New York' }, newsletter: false },
          ],
        ],
        /saved/,
      ],
    ],
  ],
  [
    'a desk of many tools',
    deskTools,
    [
      ['Who is Cloudflare on GitHub?', [['getGithubUser', { username: 'Cloudflare' }]], /done/],
      ['What is 12 times 7?', [['multiply', { a: 12, b: 7 }]], /done/],
      [
        'add 3 and 4, then multiply 5 by 6',
        [
          ['add', { a: 3, b: 4 }],
          ['multiply', { a: 5, b: 6 }],
        ],
        /done/,
      ],
      [
        'Convert 100 USD to EUR',
        [['convert_currency', { amount: 100, from: 'USD', to: 'EUR' }]],
        /done/,
      ],
      ['Turn on the light in the kitchen', [['set_light', { room: 'kitchen', on: true }]], /done/],
      [
        'Book a flight from Lisbon to Berlin tomorrow for 2 passengers',
        [
          [
            'book_flight',
            { origin: 'Lisbon', destination: 'Berlin', date: '2026-11-21', passengers: 2 },
          ],
        ],
        /done/,
      ],
      [
        'Book a hotel in Vienna from 2026-12-01 to 2026-12-04 for 2 people',
        [
          [
            'book_hotel',
            { city: 'Vienna', checkIn: '2026-12-01', checkOut: '2026-12-04', guests: 2 },
          ],
        ],
        /done/,
      ],
      [
        'Add "buy milk" to my todo list with high priority',
        [['create_todo', { title: 'buy milk', priority: 'high' }]],
        /done/,
      ],
      ['What is on my todo list?', [['list_todos', {}]], /done/],
      [
        'Place an order for 2 pizzas and 3 colas',
        [
          [
            'place_order',
            {
              items: [
                { product: 'pizzas', quantity: 2 },
                { product: 'colas', quantity: 3 },
              ],
            },
          ],
        ],
        /done/,
      ],
      [
        'Translate "good morning" to French',
        [['translate', { text: 'good morning', targetLanguage: 'French' }]],
        /done/,
      ],
      [
        'What is on https://example.com/a?',
        [['fetch_url', { url: 'https://example.com/a' }]],
        /done/,
      ],
      ['How do I configure retries?', [['search_docs', { query: 'configure retries' }]], /done/],
    ],
  ],
]

describe.each(sets)('with the tools of %s', (_, tools, rows) => {
  test.each(rows)('%s', async (question, calls, answer) => {
    const rehearsed = await rehearse(question, tools)
    expect(rehearsed.calls.map(({ toolName, input }) => [toolName, input])).toEqual(calls)
    expect(rehearsed.text).toMatch(answer)
    expect(rehearsed.text.endsWith(MARK)).toBe(true)
  })

  test.each(['Hello there!', 'Tell me a joke.', '', '   ', '?!'])(
    'no tool is called for %j',
    async (question) => {
      const { calls, text } = await rehearse(question, tools)
      expect(calls).toEqual([])
      expect(text.endsWith(MARK)).toBe(true)
    },
  )
})

test('an answer with its mark fits into the default of 256 tokens', async () => {
  const tools = workspaceTools.map((tool) => ({ ...tool, run: () => 'long '.repeat(10_000) }))
  const { text } = await rehearse('read README.md', tools)
  expect(text.length).toBeLessThanOrEqual(1024)
  expect(text.endsWith(MARK)).toBe(true)
})

test('a tool that fails every time is tried at most twice', async () => {
  const [weather] = weatherTools
  const fails = (): never => {
    throw new Error('Unknown city. Did you mean "Lisbon" or "Porto"?')
  }
  const { calls, text } = await rehearse(
    'Is it warm in Braga?',
    weather ? [{ ...weather, run: fails }] : [],
  )
  expect(calls).toHaveLength(2)
  expect(text).toContain('did not work')
})

test('without tools it says that it knows nothing', async () => {
  const { text } = await rehearse('What is the capital of France?', [])
  expect(text).toContain('What is the capital of France?')
  expect(text).toContain('knows nothing by itself')
})

test('is what answers when no model is given, and says so in a header', async () => {
  await using emulator = await startEmulator()
  const tools = weatherTools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }))
  const messages = [{ role: 'user', content: 'Is it warm in Lisbon?' }]
  const { headers, body } = await call(emulator, 'rest', { messages, tools })
  expect(headers.get('x-drover-model-source')).toBe('rehearsal')
  expect(body.result).toMatchObject({
    response: null,
    tool_calls: [{ name: 'get_weather', arguments: { city: 'Lisbon' } }],
  })
  const answered = await call(emulator, 'rest', {
    tools,
    messages: [
      ...messages,
      { role: 'assistant', content: JSON.stringify(body.result.tool_calls[0]) },
      { role: 'tool', content: '{"celsius":21}' },
    ],
  })
  expect(answered.body.result.response).toContain('`get_weather` for Lisbon gave: celsius: 21')
  expect(answered.body.result.tool_calls).toEqual([])
})

test('a closing call without tools is answered from the results', async () => {
  await using emulator = await startEmulator()
  const messages = [
    { role: 'user', content: 'Is it warm in Lisbon?' },
    { role: 'assistant', content: '{"name":"get_weather","parameters":{"city":"Lisbon"}}' },
    { role: 'tool', content: '{"celsius":21}' },
  ]
  const { body } = await call(emulator, 'rest', { messages })
  expect(body.result.response).toContain('celsius: 21')
})

test('a new question begins a new turn', async () => {
  await using emulator = await startEmulator()
  const tools = weatherTools.map(({ name, description, parameters }) => ({
    name,
    description,
    parameters,
  }))
  const messages = [
    { role: 'user', content: 'Is it warm in Lisbon?' },
    { role: 'assistant', content: '{"name":"get_weather","parameters":{"city":"Lisbon"}}' },
    { role: 'tool', content: '{"celsius":21}' },
    { role: 'assistant', content: '21 degrees.' },
    { role: 'user', content: 'Is it cold in Oslo?' },
  ]
  const { body } = await call(emulator, 'rest', { messages, tools })
  expect(body.result.tool_calls).toEqual([{ name: 'get_weather', arguments: { city: 'Oslo' } }])
})

test('a script takes its place', async () => {
  await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
  const { headers } = await call(emulator, 'rest', { prompt: 'hello' })
  expect(headers.get('x-drover-model-source')).toBe('script')
})
