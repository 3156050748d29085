import { ROLE_TOKEN } from './prompt-tokens.ts'

const TAG = String.raw`</?[A-Za-z][\w:.-]{0,30}(?:[ =][^<>\n]{0,80})?>|<\?(?:[^<>\n]{0,80}>)?|\?>|<!`
const LINE = String.raw`(?<=(?:^|\n)[ \t*#]{0,8})`
const WORDS = String.raw`\[/?[A-Z_]{4,20}\]|${LINE}(?:functools\b|(?:from:\s?)?assistant(?=\n|$)|\d{1,3}[.)]|(?:Action|Assistant|Answer|Response|Output|Solution|(?:(?:Tool|Function)[ _])?[Cc]alls?)\s?:)|\x60\x60\x60[\w-]{0,40}`
// A star with a space on both sides multiplies; any other makes text bold.
const MARKS = String.raw`(?<! )\*|\*(?! )|[\s\[\]{}(<"'\x60_+&|#>•-]`
const DRESSING = `${ROLE_TOKEN}|${TAG}|${WORDS}|${MARKS}`

const AT_END = new RegExp(`(?:${DRESSING})$`)
/** What stands behind a call and between two of them. */
const BETWEEN = String.raw`${DRESSING}|\b(?:and|or|then)\b|[),;.]`
const AT_START = new RegExp(`^(?:${BETWEEN})`)
const ANYWHERE = new RegExp(BETWEEN, 'g')
const COMMENTS = /(?:#|\/\/)[^\n]*/g

/** What a text says once brackets, quotes, bullets, fences, tags and tokens are taken from around its calls. */
export const wordsOf = (text: string): string => text.replace(ANYWHERE, '')

/** The comments of code, and the code without them. */
export function splitComments(code: string): {
  readonly code: string
  readonly comments: readonly string[]
} {
  return { code: code.replace(COMMENTS, ''), comments: code.match(COMMENTS) ?? [] }
}

/** The text without what dresses the call that follows it. */
export function undressEnd(text: string): string {
  for (let rest = text; ;) {
    // Most of it is marks, and most other text ends plainly: the whole expression is dear.
    rest = rest.replace(PLAIN_MARKS, '')
    const isPlain = !MAY_END.test(rest.slice(-24))
    const found = isPlain ? null : AT_END.exec(rest.slice(-MAX_PIECE))
    if (found === null) return rest
    rest = rest.slice(0, rest.length - found[0].length)
  }
}

/** Longer than any piece of dressing, with what must stand before it. */
const MAX_PIECE = 200
/** Marks that end no longer piece of dressing. */
const PLAIN_MARKS = /[\s{}("'+&|#•]+$/
/** Every end of a piece of dressing, as far as its last characters tell. */
const MAY_END =
  /(?:[[\]<\x60_>*-]|\d[.)]|[a-z]\s?:|<[?!]|(?:[>\x60]|assistant|functools)[\w-]*|^[\w-]{24})$/

/** The text without what dresses the call that precedes it. */
export function undressStart(text: string): string {
  let rest = text
  for (let found = AT_START.exec(rest); found !== null; found = AT_START.exec(rest)) {
    rest = rest.slice(found[0].length)
  }
  return rest
}
