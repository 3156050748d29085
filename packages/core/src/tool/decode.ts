import { isDate } from '../json-schema-format.ts'
import { childPath, valueInWords } from '../json-schema-issue.ts'
import { type SchemaNode, isSchemaNode, isSchemaObject } from '../json-schema-ref.ts'
import { createBudget, validateJson } from '../json-schema-validate.ts'
import { matchesPattern } from '../json-schema-scalar.ts'
import { own, parseJson } from '../json.ts'
import { DATE_TEXT } from './representable.ts'
import { type Shape, type ShapeOf, codecOf, singleType } from './shape.ts'

/** Turns JSON that a model sent into the values that the schema means. What it cannot turn it leaves as it is. */
export interface Decoder {
  /** Reads JSON text where the schema allows several types and the lowered one asked for text. */
  readonly texts: (value: unknown) => unknown
  /** Makes Dates and bigints. `remarks` says by path what could not be made, better than the schema's library can. */
  readonly values: (value: unknown, remarks: Map<string, string>) => unknown
}

/** `source` is what the texts are read by: see `Lowered`. */
export function createDecoder(root: SchemaNode, source: SchemaNode, shapeOf: ShapeOf): Decoder {
  const textReader = (): Visit => {
    const walk = createWalk(root, shapeOf)
    const visit: Visit = (value, node, path, place) => {
      if (place !== 'property' || typeof value !== 'string' || !isMixed(shapeOf(node))) {
        return walk.into(value, node, path, visit)
      }
      const isFit = walk.fits(node, value)
      // Text that is allowed stays text, unless it is the text of an object or list that is allowed too.
      if (isFit && !/^\s*[[{]/.test(value)) return value
      const parsed = parsedOr(value)
      if (isFit && typeof parsed !== 'object') return value
      const read = walk.into(parsed, node, path, visit)
      return walk.fits(node, read) ? read : value
    }
    return visit
  }

  const valueMaker = (remarks: Map<string, string>): Visit => {
    const walk = createWalk(root, shapeOf)
    const visit: Visit = (value, node, path) => {
      const codec = codecOf(shapeOf(node).keywords)
      if (codec === undefined) return walk.into(value, node, path, visit)
      const made = codec === 'date' ? toDate(value) : toBigInt(value)
      if (made === undefined && value !== null) remarks.set(path, expected(codec, value))
      return made ?? value
    }
    return visit
  }

  return {
    texts: (value) => textReader()(value, source, '', 'part'),
    values: (value, remarks) => valueMaker(remarks)(value, root, '', 'part'),
  }
}

/** One way through a value, with the work it may cost. */
interface Walk {
  readonly fits: (node: SchemaNode, value: unknown) => boolean
  /** Goes into the parts of a value. Where there are alternatives, the first that fits counts. */
  readonly into: (value: unknown, node: SchemaNode, path: string, visit: Visit) => unknown
}

function createWalk(root: SchemaNode, shapeOf: ShapeOf): Walk {
  // Shared: alternatives within alternatives would ask for exponential work.
  const budget = createBudget()
  const fits: Walk['fits'] = (node, value) => validateJson(node, value, root, budget).length === 0
  const into: Walk['into'] = (value, node, path, visit) => {
    if (--budget.steps < 0) return value
    const shape = shapeOf(node)
    const here = parts(value, shape, path, visit)
    const fitting = shape.members.find((member) => fits(member, here))
    if (fitting !== undefined) return visit(here, fitting, path, 'part')
    let changed = here
    for (const member of shape.members) {
      const made = visit(here, member, path, 'part')
      if (made === here) continue
      if (fits(member, made)) return made
      if (changed === here) changed = made
    }
    return changed
  }
  return { fits, into }
}

type Visit = (value: unknown, node: SchemaNode, path: string, place: 'property' | 'part') => unknown

function isMixed(shape: Shape): boolean {
  return singleType(shape) === undefined && shape.types?.length !== 0
}

/** The value with its parts visited; the value itself when none of them changed. */
function parts(value: unknown, { keywords }: Shape, path: string, visit: Visit): unknown {
  if (Array.isArray(value)) {
    const { prefixItems = [], items } = keywords
    const made = value.map((item: unknown, index) => {
      const node = index < prefixItems.length ? prefixItems[index] : items
      return isSchemaNode(node) ? visit(item, node, childPath(path, index), 'part') : item
    })
    return made.some((item, index) => item !== value[index]) ? made : value
  }
  if (!isSchemaObject(value)) return value
  const patterns = isSchemaObject(keywords['patternProperties'])
    ? Object.entries(keywords['patternProperties'])
    : []
  let isChanged = false
  const made = Object.entries(value).map(([key, child]): [string, unknown] => {
    const named = own(keywords.properties, key)
    const [, other] = patterns.find(([pattern]) => matchesPattern(keywords, pattern, key)) ?? []
    const node = named ?? other ?? keywords['additionalProperties']
    if (!isSchemaNode(node)) return [key, child]
    const place = named === undefined ? 'part' : 'property'
    const result = visit(child, node, childPath(path, key), place)
    isChanged ||= result !== child
    return [key, result]
  })
  return isChanged ? Object.fromEntries(made) : value
}

/** What a JSON text holds; the text itself when it is none, or goes past the limits. */
function parsedOr(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return text
  }
}

/** A Date from text such as `2026-01-31` or `2026-01-31T09:00:00Z`; UTC where no zone is named. */
function toDate(value: unknown): Date | undefined {
  if (typeof value !== 'string' || !DATE_TEXT.test(value) || !isDate(value.slice(0, 10))) return
  const hasZone = value.length === 10 || /(?:z|[+-]\d\d:?\d\d)$/i.test(value.slice(10))
  const date = new Date(value.replace(/[ t]/, 'T').replace(/z$/, 'Z') + (hasZone ? '' : 'Z'))
  return Number.isNaN(date.getTime()) ? undefined : date
}

/** A bigint from an integer that JSON carries exactly, or from its digits. */
function toBigInt(value: unknown): bigint | undefined {
  const isExact = typeof value === 'number' && Number.isSafeInteger(value)
  const isDigits = typeof value === 'string' && /^-?\d{1,4300}$/.test(value)
  return isExact || isDigits ? BigInt(value) : undefined
}

function expected(codec: 'date' | 'bigint', value: unknown): string {
  if (codec === 'date') {
    return `expected a date and time such as "2026-01-31T09:00:00Z", got ${valueInWords(value)}`
  }
  return Number.isInteger(value)
    ? 'too large to be exact as a number; send it as a string of digits'
    : `expected an integer, or a string of digits, got ${valueInWords(value)}`
}
