import { undressEnd } from './dressing.ts'
import { TOKEN } from './prompt-tokens.ts'

/**
 * Where the end of a text begins that would go with a call right behind it: brackets, fences, tags, tokens, white space, the
 * first letters of one of `names`, and whatever of these is only begun. The length of the text where there is nothing such.
 */
export function looseEnd(text: string, names: readonly string[]): number {
  let rest = ''
  for (const size of WINDOWS) {
    const window = text.slice(-size)
    rest = undressAll(window, names)
    if (window.length < size || rest.length > MAX_DRESSING)
      return text.length - window.length + rest.length
  }
  return 0
}

/** Whether a word may be, or go on as, one of the names with what is written around them. */
export function isNameBegun(word: string, names: readonly string[]): boolean {
  const bare = word.replace(/^functions\.|(?::\d*)?(?:\.c?a?l?l?)?$/g, '')
  return word !== '' && (isBegun(bare, names) || 'functions.'.startsWith(word))
}

/** What is not closed at the end of a text: a tag, a token. */
export const OPEN_TAG: RegExp =
  /<(?:\/?(?:[A-Za-z][\w:.-]{0,40}(?:[ =(][^<>\n]{0,90})?)?|\?[^<>\n]{0,90}|[|｜][^|｜<>\n]{0,40}[|｜]?|\w{1,20}\|?)$/

/** How much of the end is looked at: as much as is needed, since a run of brackets may be long. */
const WINDOWS = [300, 800]
const MAX_DRESSING = 150
const MAX_HEAD = 40

const WORD = /[\w$.-]+(?::\d*(?:\.\w*)?)?$/
const BEGUN = new RegExp(
  String.raw`${OPEN_TAG.source}|${TOKEN}\w{0,20}(?:[:=]|\s(?:t|to|to=)?)?$|\[(?:/[A-Z_]{0,20}|[A-Za-z_$][\w$.-]{0,100})$|(?<=(?:^|\n)[ \t*#]*)\d{1,3}$`,
)
const HEAD = /(?:^|\n)[ \t*#]*([A-Za-z][\w :=]{0,20})$/
/** What dresses a call at the beginning of a line, without its spaces and signs. */
const LABELS =
  'action assistant answer response output solution recipient fromassistant functools to calls toolcalls functioncalls'.split(
    ' ',
  )

function undressAll(window: string, names: readonly string[]): string {
  const word = WORD.exec(window.slice(-MAX_DRESSING))?.[0] ?? ''
  let rest = isNameBegun(word, names) ? window.slice(0, window.length - word.length) : window
  for (;;) {
    rest = undressEnd(rest)
    const begun = BEGUN.exec(rest.slice(-MAX_DRESSING))?.[0]
    const head = HEAD.exec(rest.slice(-MAX_HEAD))?.[1]
    if (begun !== undefined) rest = rest.slice(0, rest.length - begun.length)
    else if (head !== undefined && isBegun(head.replace(/[\s_:=]+/g, '').toLowerCase(), LABELS))
      rest = rest.slice(0, rest.length - head.length)
    else return rest
  }
}

const isBegun = (word: string, words: readonly string[]): boolean =>
  words.some((whole) => whole.startsWith(word))
