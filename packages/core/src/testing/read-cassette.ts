import { DroverError } from '../errors.ts'
import { guardJson, own, parseJson } from '../json.ts'
import type { JsonValue } from '../message.ts'
import { kindOf } from '../option.ts'
import { isRecord, KEPT_HEADERS, type Cassette } from './cassette.ts'

const LIMITS = { maxChars: 64 * 1024 * 1024, maxDepth: 128, maxKeys: 5_000_000 }

/** How many levels may be said to be where, in a place such as `exchanges[2].answer.status`. */
type Check = (value: JsonValue | undefined, place: string) => void

/**
 * Reads a cassette: its text, or what `JSON.parse` made of it. It may have been edited, or come from anywhere.
 * @throws DroverError `config.input` where it is none, naming the place; `security.limit` past 64 Mi characters, 128
 * levels or five million keys.
 */
export function readCassette(given: unknown): Cassette {
  const value = typeof given === 'string' ? parse(given) : guardJson(given, LIMITS)
  const version = own(value, 'version')
  if (version !== 1) {
    throw new DroverError(
      'config.input',
      `Expected \`version\` of the cassette to be 1, got ${kindOf(version)}. Record it again with this version of Drover.`,
    )
  }
  checkCassette(value, 'the cassette')
  return value as object as Cassette // every place was just checked
}

function parse(text: string): JsonValue {
  try {
    return parseJson(text, LIMITS)
  } catch (cause) {
    if (DroverError.is(cause)) throw cause
    throw new DroverError(
      'config.input',
      'Expected the cassette to be JSON. Was it merged by hand? Record it again.',
      { cause },
    )
  }
}

const refuse = (place: string, wanted: string, got: unknown): DroverError =>
  new DroverError(
    'config.input',
    `Expected \`${place}\` of the cassette to be ${wanted}, got ${kindOf(got)}.`,
  )

const when =
  (wanted: string, isFine: (value: JsonValue | undefined) => boolean): Check =>
  (value, place) => {
    if (!isFine(value)) throw refuse(place, wanted, value)
  }

const text = when('a text', (value) => typeof value === 'string')
const json = when('there', (value) => value !== undefined)
const record = when('an object', isRecord)
const count = when('a whole number', (value) => Number.isInteger(value) && Number(value) >= 0)
const wait = when('from 0 to 2147483647', (value) => Number(value) >= 0 && Number(value) < 2 ** 31)
const status = when(
  'an HTTP status from 200 to 599',
  (value) => Number.isInteger(value) && Number(value) >= 200 && Number(value) <= 599,
)
const header = when(
  'a text that a header can carry',
  (value) => typeof value === 'string' && /^[\x20-\x7e]{0,4096}$/.test(value),
)
const base64 = when(
  'base64',
  (value) =>
    typeof value === 'string' &&
    /^(?:[A-Za-z0-9+/]{4})*(?:[\w+/]{2}(?:==|\w=|[+/]=))?$/.test(value),
)

const list =
  (check: Check): Check =>
  (value, place) => {
    if (!Array.isArray(value)) throw refuse(place, 'a list', value)
    for (const [index, child] of value.entries()) check(child, `${place}[${index}]`)
  }

/** An object with these fields and no others; those with `?` may be absent. */
const shape =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value, place) => {
    record(value, place)
    const at = (name: string): string => (place === 'the cassette' ? name : `${place}.${name}`)
    const known = new Map(
      Object.entries(fields).map(([name, check]) => [name.replace('?', ''), { name, check }]),
    )
    for (const name of Object.keys(Object(value))) {
      if (!known.has(name)) throw refuse(at(name), 'absent', own(value, name))
    }
    for (const [name, field] of known) {
      const child = own(value, name) as JsonValue | undefined // of JSON
      if (child !== undefined || !field.name.endsWith('?')) field.check(child, at(name))
    }
  }

/** The check of the first field that is there. */
const oneOf =
  (checks: Readonly<Record<string, Check>>, words: readonly string[] = []): Check =>
  (value, place) => {
    if (typeof value === 'string' && words.includes(value)) return
    const found = Object.entries(checks).find(([name]) => own(value, name) !== undefined)
    const wanted = [...words.map((word) => `"${word}"`), ...Object.keys(checks)].join(', ')
    if (found === undefined) throw refuse(place, `one of ${wanted}`, value)
    found[1](value, place)
  }

const failure = shape({ failure: text })

const chunk: Check = (value, place) => {
  if (typeof value !== 'string') {
    oneOf({ data: shape({ data: json }), base64: shape({ base64 }) })(value, place)
  }
}

const body = oneOf({
  json: shape({ json }),
  text: shape({ text }),
  chunks: shape({ chunks: list(chunk), ending: oneOf({ failure }, ['end', 'left']) }),
})

const exchange = shape({
  request: shape({
    model: text,
    'same?': shape({ 'inputs?': list(text), 'messages?': count }),
    inputs: record,
  }),
  answer: oneOf(
    {
      failure,
      status: shape({
        status,
        headers: shape(Object.fromEntries(KEPT_HEADERS.map((name) => [`${name}?`, header]))),
        'waitsMs?': list(wait),
        body,
      }),
    },
    ['left'],
  ),
})

const checkCassette = shape({
  version: json,
  backend: text,
  exchanges: list(exchange),
  runs: list(list(record)),
})
