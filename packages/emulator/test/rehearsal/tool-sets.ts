import type { JsonValue } from '@drover/core'
import type { JsonObject, OfferedTool } from '../../src/index.ts'

/** A tool with what it answers: an object or a text; what it throws is told as an error. */
export interface RehearsedTool extends OfferedTool {
  readonly run: (input: JsonObject) => unknown
}

const text = (description: string): JsonObject => ({ type: 'string', description })

function define(
  name: string,
  description: string,
  properties: JsonObject,
  required: readonly string[],
  run: (input: JsonObject) => unknown,
): RehearsedTool {
  return { name, description, parameters: { type: 'object', properties, required }, run }
}

const files: Readonly<Record<string, number>> = {
  'README.md': 80,
  'docs/getting-started.md': 60,
  'docs/guides/tools.md': 40,
  'docs/logo.svg': 3,
  'packages/core/src/index.ts': 40,
  'packages/core/src/loop.ts': 210,
  'packages/core/test/loop.test.ts': 500,
  'packages/rest/src/rest-backend.ts': 75,
  'packages/rest/src/index.ts': 5,
}

const sums: ReadonlyMap<string, number> = new Map([
  ['(17 / 100) * 2340', 397.8],
  ['12 * 7', 84],
  ['3 + 4 + 5', 12],
  ['3 * 4', 12],
  ['40 + 210', 250],
])

/** A folder with files, a calculator and a clock. */
export const workspaceTools: readonly RehearsedTool[] = [
  define(
    'list_files',
    'List the files under a folder, each with its number of lines.',
    { folder: text('Folder to list, such as docs. The whole project when left out.') },
    [],
    ({ folder }) =>
      Object.entries(files)
        .filter(
          ([path]) =>
            folder === undefined || folder === '.' || path.startsWith(`${asText(folder)}/`),
        )
        .map(([path, lines]) => `${path}  ${lines} lines`)
        .join('\n'),
  ),
  define(
    'read_file',
    'Read a text file.',
    {
      path: text('Path of the file'),
      maxLines: {
        type: 'integer',
        description: 'At most this many lines',
        minimum: 1,
        default: 200,
      },
    },
    ['path'],
    ({ path }) => {
      if (!Object.hasOwn(files, asText(path))) throw new Error(`No such file: ${asText(path)}`)
      return `# ${asText(path)}\nIt says hello.`
    },
  ),
  define(
    'search_text',
    'Search the text of all files for a string and show the matching lines.',
    { query: text('What to look for'), folder: text('Only under this folder') },
    ['query'],
    ({ query }) => `packages/core/src/loop.ts:12: import retry from '${asText(query)}'`,
  ),
  define(
    'calculate',
    'Evaluate an arithmetic expression.',
    { expression: text('Such as (2 + 3) * 4') },
    ['expression'],
    ({ expression }) => sums.get(asText(expression)) ?? 'computed',
  ),
  define(
    'current_time',
    'The current date and time.',
    { timeZone: text('IANA time zone, such as Europe/Paris') },
    [],
    ({ timeZone }) => ({ time: '14:05', timeZone: timeZone ?? 'UTC' }),
  ),
]

/** One tool about the weather. */
export const weatherTools: readonly RehearsedTool[] = [
  define(
    'get_weather',
    'Current weather in a city',
    {
      city: text('City name'),
      unit: { type: 'string', enum: ['celsius', 'fahrenheit'], description: 'Temperature unit' },
    },
    ['city'],
    ({ city, unit }) => {
      if (city === 'Lisbn') throw new Error('Unknown city "Lisbn". Did you mean "Lisbon"?')
      return { city: city ?? '', celsius: 21, unit: unit ?? 'celsius', sky: 'clear' }
    },
  ),
]

const orderId: JsonObject = { type: 'string', description: 'Order number' }

/** A shop's service desk. */
export const shopTools: readonly RehearsedTool[] = [
  define(
    'get_order',
    'Look up an order: its status, items and total.',
    { orderId },
    ['orderId'],
    (input) => ({
      orderId: input['orderId'] ?? '',
      status: 'delivered',
      total: 59.9,
    }),
  ),
  define(
    'refund_order',
    'Refund an order to the customer.',
    {
      orderId,
      amount: { type: 'number', description: 'Amount to refund' },
      reason: text('Why'),
    },
    ['orderId', 'amount'],
    ({ amount }) => ({ refunded: amount ?? 0 }),
  ),
  define(
    'cancel_order',
    'Cancel an order that is not shipped yet.',
    { orderId },
    ['orderId'],
    () => 'cancelled',
  ),
  define(
    'send_email',
    'Send an email to a customer.',
    {
      to: { type: 'string', format: 'email', description: 'Address' },
      subject: text('Subject'),
      body: text('Body'),
    },
    ['to', 'subject', 'body'],
    () => 'sent',
  ),
]

/** Tools that only take data out of a text. */
export const extractionTools: readonly RehearsedTool[] = [
  define(
    'save_contact',
    'Save a person mentioned in a text.',
    {
      name: text('Full name'),
      age: { type: 'integer', description: 'Age in years', minimum: 0, maximum: 150 },
      email: { type: 'string', format: 'email', description: 'Email' },
      address: {
        type: 'object',
        description: 'Where the person lives',
        properties: {
          street: text('Street and number'),
          city: text('City'),
          zip: text('Postal code'),
        },
        required: ['city'],
      },
      tags: { type: 'array', items: { type: 'string' }, description: 'Labels' },
      newsletter: { type: 'boolean', description: 'Wants the newsletter' },
    },
    ['name'],
    () => 'saved',
  ),
]

const number = (description: string): JsonObject => ({ type: 'number', description })
const currency: JsonObject = {
  type: 'string',
  enum: ['USD', 'EUR', 'GBP'],
  description: 'Currency',
}
const day: JsonObject = { type: 'string', format: 'date', description: 'Day' }

function desk(
  name: string,
  description: string,
  properties: JsonObject,
  required: readonly string[] = Object.keys(properties),
): RehearsedTool {
  return define(name, description, properties, required, () => 'done')
}

/** Tools of many trades, side by side. */
export const deskTools: readonly RehearsedTool[] = [
  desk('getGithubUser', 'Look up a GitHub user', { username: text('Login') }),
  desk('add', 'Add two numbers', { a: number('First'), b: number('Second') }),
  desk('multiply', 'Multiply two numbers', { a: number('First'), b: number('Second') }),
  desk('convert_currency', 'Convert money from one currency to another', {
    amount: number('Amount'),
    from: currency,
    to: currency,
  }),
  desk(
    'set_light',
    'Turn a light on or off',
    {
      room: text('Room'),
      on: { type: 'boolean', description: 'On' },
      brightness: { type: 'integer', minimum: 0, maximum: 100, description: 'Percent' },
    },
    ['room', 'on'],
  ),
  desk(
    'book_flight',
    'Book a flight',
    {
      origin: text('From'),
      destination: text('To'),
      date: day,
      passengers: { type: 'integer', description: 'How many', default: 1 },
    },
    ['origin', 'destination', 'date'],
  ),
  desk('book_hotel', 'Book a hotel room', {
    city: text('City'),
    checkIn: day,
    checkOut: day,
    guests: { type: 'integer', description: 'Guests' },
  }),
  desk(
    'create_todo',
    'Add a task to the todo list',
    {
      title: text('What to do'),
      priority: {
        type: 'string',
        enum: ['low', 'medium', 'high'],
        description: 'Priority',
        default: 'medium',
      },
    },
    ['title'],
  ),
  desk('list_todos', 'List all tasks of the todo list', {}),
  desk('place_order', 'Place an order for products', {
    items: {
      type: 'array',
      description: 'What is ordered',
      items: {
        type: 'object',
        properties: {
          product: text('Product'),
          quantity: { type: 'integer', description: 'How many' },
        },
        required: ['product', 'quantity'],
      },
    },
  }),
  desk('translate', 'Translate a text', { text: text('Text'), targetLanguage: text('Language') }),
  desk('fetch_url', 'Fetch a web page', {
    url: { type: 'string', format: 'uri', description: 'URL' },
  }),
  desk(
    'search_docs',
    'Search the documentation',
    { query: text('Words'), limit: { type: 'integer', description: 'At most', default: 5 } },
    ['query'],
  ),
]

function asText(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
