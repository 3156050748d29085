import type { JsonValue } from '../message.ts'

/**
 * What was done to an input that did not fit its schema.
 * - `number`, `boolean`, `null`: text that says one became it: `"4"`, `"True"`, `"None"`
 * - `string`: a number became the text it is written as
 * - `json`: text that holds an object or a list became it, however often it was encoded
 * - `list`: a text of numbers or constants with commas between them became a list
 * - `wrap`, `single`: one value became a list of it; a list of one became its item
 * - `constant`, `date`, `trim`: text took the spelling that the schema asks for
 * - `omit`: an optional value that says nothing (`null`, `""`, `"None"`) was left out
 * - `extra`: a property that the schema refuses was left out
 * - `rename`: a property took the name it has in the schema
 * - `unwrap`, `nest`: the whole input lay one level too deep, or properties of an inner object one too high
 */
export type RepairKind =
  | 'number'
  | 'boolean'
  | 'null'
  | 'string'
  | 'json'
  | 'list'
  | 'wrap'
  | 'single'
  | 'constant'
  | 'date'
  | 'trim'
  | 'omit'
  | 'extra'
  | 'rename'
  | 'unwrap'
  | 'nest'

/** One repair. Made one after the other, in order, they turn what the model sent into what the tool gets. */
export interface Repair {
  /** Where, as in `stops[0].city`; `""` is the whole input. */
  readonly path: string
  readonly kind: RepairKind
  /** What stood there; the old name for `rename`. */
  readonly before: JsonValue
  /** What stands there now; the new name for `rename`, absent for `omit` and `extra`. */
  readonly after?: JsonValue
}

/** A value after its repairs, and whether it fits its schema now. */
export interface Mended {
  readonly value: JsonValue
  readonly repairs: readonly Repair[]
  readonly fits: boolean
}

/** A value as it came. */
export function untouched(value: JsonValue, fits: boolean): Mended {
  return { value, repairs: [], fits }
}

/** `next` made on what `mended` gave. */
export function andThen(mended: Mended, next: (value: JsonValue) => Mended): Mended {
  const { value, repairs, fits } = next(mended.value)
  return { value, repairs: [...mended.repairs, ...repairs], fits: fits && mended.fits }
}

/** The one that fits with the fewest repairs, the first of equals. Leaving something out counts more than any respelling. */
export function leastRepaired(candidates: readonly Mended[]): Mended | undefined {
  const cost = ({ repairs }: Mended): number =>
    repairs.reduce((sum, { kind }) => sum + (kind === 'extra' ? 1000 : 1), 0)
  return candidates
    .filter(({ fits }) => fits)
    .toSorted((a, b) => cost(a) - cost(b))
    .at(0)
}
