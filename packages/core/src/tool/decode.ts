import { childSchemas, childrenOf } from '../json-schema-child.ts'
import { childPath, valueInWords } from '../json-schema-issue.ts'
import type { SchemaNode } from '../json-schema-ref.ts'
import { createBudget, validateJson } from '../json-schema-validate.ts'
import { own, parseJson } from '../json.ts'
import { DATE_TEXT } from './representable.ts'
import type { Shape, ShapeOf } from './shape.ts'

/**
 * Turns JSON that a model sent into what the schema means; what it cannot turn it leaves as it is. Without `remarks` it
 * reads JSON text where the schema allows several types and the lowered one asked for text. With `remarks` it makes Dates
 * and bigints, and remarks by path on what it could not make, better than the schema's library can.
 */
export type Decode = (node: unknown, value: unknown, remarks?: Map<string, string>) => unknown

/** `root` is what references lead into. */
export function createDecode(root: SchemaNode, shapeOf: ShapeOf): Decode {
  return (start, input, remarks) => {
    // Shared: alternatives within alternatives would ask for exponential work.
    const budget = createBudget()
    const fits = (node: unknown, value: unknown): boolean =>
      validateJson(node, value, root, budget).length === 0

    const visit = (value: unknown, node: unknown, path: string, isProperty: boolean): unknown => {
      const shape = shapeOf(node)
      const codec = shape.keywords['x-drover']
      if (remarks !== undefined && codec !== undefined) {
        const made = codec === 'date' ? toDate(value) : toBigInt(value)
        if (made === undefined && value !== null) remarks.set(path, expected(codec, value))
        return made ?? value
      }
      const mayBeJson = remarks === undefined && isProperty && shape.types?.length !== 1
      if (!mayBeJson || typeof value !== 'string') return into(value, shape, path)
      // Text that is allowed stays text, unless it is the text of an object or list that is allowed too.
      if (fits(node, value) && !/^\s*[[{]/.test(value)) return value
      const read = into(parsedOr(value), shape, path)
      return fits(node, read) ? read : value
    }

    /** Visits the parts of a value; the value itself when none of them changed. Of alternatives the first that fits counts. */
    const into = (value: unknown, { keywords, members }: Shape, path: string): unknown => {
      if (--budget.steps < 0) return value
      let isChanged = false
      const entries = childrenOf(value).map(([key, child]) => {
        const node = childSchemas(keywords, key).find((schema) => schema !== undefined)
        const isProperty = own(keywords.properties, String(key)) !== undefined
        const made = visit(child, node, childPath(path, key), isProperty)
        isChanged ||= made !== child
        return [key, made] as const
      })
      const here = !isChanged
        ? value
        : Array.isArray(value)
          ? entries.map(([, made]) => made)
          : Object.fromEntries(entries)
      const fitting = members.find((member) => fits(member, here))
      if (fitting !== undefined) return visit(here, fitting, path, false)
      const changed = members
        .map((member) => [member, visit(here, member, path, false)] as const)
        .filter(([, made]) => made !== here)
      const [, made = here] = changed.find((pair) => fits(...pair)) ?? changed[0] ?? []
      return made
    }
    return visit(input, start, '', false)
  }
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
  const [, day = '', time = '00:00', zone = 'Z'] =
    (typeof value === 'string' && DATE_TEXT.exec(value)) || []
  // The 30th of February is read as a day in March.
  const exists = new Date(day).toJSON()?.startsWith(day)
  const date = new Date(`${day}T${time}${zone.toUpperCase()}`)
  return exists && !Number.isNaN(date.getTime()) ? date : undefined
}

/** A bigint from an integer that JSON carries exactly, or from its digits. */
function toBigInt(value: unknown): bigint | undefined {
  const isDigits = typeof value === 'string' && /^-?\d{1,4300}$/.test(value)
  return isDigits || (typeof value === 'number' && Number.isSafeInteger(value))
    ? BigInt(value)
    : undefined
}

function expected(codec: unknown, value: unknown): string {
  if (Number.isInteger(value) && codec !== 'date')
    return 'too large to be exact as a number; send it as a string of digits'
  const wanted =
    codec === 'date'
      ? 'a date and time such as "2026-01-31T09:00:00Z"'
      : 'an integer, or a string of digits'
  return `expected ${wanted}, got ${valueInWords(value)}`
}
