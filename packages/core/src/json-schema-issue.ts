/** How many things wrong are told at once; a model repairs the first few and asks again. */
export const MAX_ISSUES = 5

/** One thing wrong with a value. */
export interface Issue {
  readonly path: string
  readonly message: string
  /** How likely the value was never meant for this schema: 0 wrong in detail, 1 another constant, 2 another type. */
  readonly distance: number
}

/** One issue as a model reads it: `` `stops[0].city`: expected a string, got 5 ``. */
export function formatIssue(path: string, message: string): string {
  return `${path === '' ? 'input' : `\`${path}\``}: ${message}`
}

/** The path of a child: `a.b`, `a[0]`, `a["b c"]`. */
export function childPath(path: string, key: PropertyKey): string {
  if (typeof key === 'number') return `${path}[${key}]`
  const name = String(key)
  if (!/^[\w$-]+$/.test(name)) return `${path}[${JSON.stringify(name)}]`
  return path === '' ? name : `${path}.${name}`
}

/** The JSON type of a value: `array` and `null` apart from `object`; every number is `number`. */
export function jsonType(value: unknown): string {
  return value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value
}

/** A JSON type in words: `a string`. */
export function typeInWords(type: string): string {
  return type === 'null' ? type : `${/^[aio]/.test(type) ? 'an' : 'a'} ${type}`
}

/** A value in a few words: lists and objects by their type, anything else as it is, long text cut. */
export function valueInWords(value: unknown): string {
  if (typeof value === 'string') {
    return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)
  }
  return Object(value) === value ? typeInWords(jsonType(value)) : String(value)
}
