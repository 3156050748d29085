import { foldName } from '../nearest.ts'

// Longer than any tool's name, the marks around it included.
const MAX_NAME_CHARS = 200

/**
 * The name of `names` that a model meant, where only the spelling differs: letter case, `-` `_` `.` or spaces between the
 * words, quotes around, the `()` of a call, a `functions.` in front. Undefined when none does, or more than one.
 *
 * A typing slip is never read as another tool: what may be suggested may not be dispatched.
 */
export function matchToolName(name: string, names: readonly string[]): string | undefined {
  if (name.length > MAX_NAME_CHARS) return undefined
  const bare = name.replaceAll(/^[\s"'`]+|(?:\(\s*\))?[\s"'`]*$/g, '')
  // `functions.` is OpenAI's namespace, with an index behind the name in Kimi's ids; `default_api.` is Gemini's.
  const inner = bare.replaceAll(/^(?:functions?|tools?|default_api)[.:]|:\d+$/gi, '')
  return matchName(name, names) ?? matchName(bare, names) ?? matchName(inner, names)
}

/** The only one of `names` that is `name` in another spelling. */
export function matchName(name: string, names: readonly string[]): string | undefined {
  if (names.includes(name)) return name
  const folded = foldName(name)
  if (folded === '') return undefined
  const matches = names.filter((other) => foldName(other) === folded)
  return matches.length === 1 ? matches[0] : undefined
}

/**
 * True where one name has one letter more than the other, or two neighbours swapped: `tag` and `tags`, `adress` and
 * `address`. One letter for another is no slip, since that is how different names differ: `height` and `weight`,
 * `item_a` and `item_b`. So is one digit more: `line` and `line2`.
 */
export function isSlip(name: string, other: string): boolean {
  const [a, b] = [foldName(name), foldName(other)].toSorted((x, y) => x.length - y.length)
  if (a === undefined || b === undefined || a.length < 3 || b.length > a.length + 1) return false
  let i = 0
  while (i < a.length && a[i] === b[i]) i++
  if (i === b.length || /\d/.test(b.charAt(i))) return false
  const [x, y] = [a.slice(i), b.slice(i)]
  const isSwapped = x.length === y.length && `${x.charAt(1)}${x.charAt(0)}${x.slice(2)}` === y
  return isSwapped || x === y.slice(1)
}
