import { isStopWord } from './words.ts'

/** What a text mentions that could be an argument, each kind in order of appearance and without repeats. */
export interface Mentions {
  readonly text: string
  /** In quotes or backticks. */
  readonly quoted: readonly string[]
  readonly numbers: readonly NumberMention[]
  /** Capitalised words that begin no sentence, joined where they stand together: `New York`. */
  readonly names: readonly NameMention[]
  readonly emails: readonly string[]
  readonly urls: readonly string[]
  /** With a slash or a file's ending: `docs/a.md`, `src/`. */
  readonly paths: readonly string[]
  readonly globs: readonly string[]
  /** Words no prose has: `p-retry`, `maxSteps`, `node_modules`, `ORD-7`. */
  readonly identifiers: readonly string[]
}

export interface NumberMention {
  readonly value: number
  /** As written, such as `0042`. */
  readonly written: string
  /** Up to three words on either side, in lower case: what the number counts. */
  readonly before: readonly string[]
  readonly after: readonly string[]
}

export interface NameMention {
  readonly name: string
  /** The word before it, in lower case: `in`, `to`, `from`; `""` at the beginning. */
  readonly before: string
}

const MAX_TEXT = 8000

/** Reads a text once. Only its first 8,000 characters count. */
export function findMentions(source: string): Mentions {
  const text = source.slice(0, MAX_TEXT)
  const urls = all(text, /\bhttps?:\/\/[^\s"'`<>)\]]+/g).map((url) => url.replace(/[.,;:!?]+$/, ''))
  const emails = all(text, /[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g)
  const rest = [...urls, ...emails].reduce((left, taken) => left.replaceAll(taken, ' '), text)
  const tokens = rest
    .split(/\s+/)
    .map((token) => token.replace(/^["'`(“‘]+|["'`)”’?!,;:]+$/g, '').replace(/\.$/, ''))
    .filter((token) => token !== '')
  const globs = tokens.filter(
    (token) => token.length > 1 && token.includes('*') && !/^\d/.test(token),
  )
  const paths = tokens.filter((token) => !globs.includes(token) && isPath(token))
  return {
    text,
    quoted: findQuoted(text),
    numbers: findNumbers(rest),
    names: findNames(rest),
    emails: unique(emails),
    urls: unique(urls),
    paths: unique(paths),
    globs: unique(globs),
    identifiers: unique(tokens.filter((token) => !paths.includes(token) && isIdentifier(token))),
  }
}

function findQuoted(text: string): readonly string[] {
  const pattern =
    /"([^"\n]{1,2000})"|`([^`\n]{1,2000})`|“([^”\n]{1,2000})”|(?<![\p{L}\p{N}])'([^'\n]{1,2000})'(?![\p{L}\p{N}])/gu
  return unique(Array.from(text.matchAll(pattern), ([, a, b, c, d]) => a ?? b ?? c ?? d ?? ''))
}

function findNumbers(text: string): readonly NumberMention[] {
  const pattern = /(?<![\p{L}\d.-])[-−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?(?![\d]|-\d|\.\d|:\d)/gu
  return Array.from(text.matchAll(pattern), (match) => ({
    value: Number(match[0].replaceAll(',', '').replace('−', '-')),
    written: match[0].replaceAll(',', ''),
    before: words(text.slice(Math.max(0, match.index - 60), match.index)).slice(-3),
    after: words(
      text.slice(match.index + match[0].length, match.index + match[0].length + 60),
    ).slice(0, 3),
  }))
}

function findNames(text: string): readonly NameMention[] {
  const pattern =
    /\p{Lu}[\p{L}\p{M}'’-]*(?:[ ](?:of |de |da |del |von |van )?\p{Lu}[\p{L}\p{M}'’-]*){0,5}/gu
  const found: NameMention[] = []
  for (const match of text.matchAll(pattern)) {
    const before = text.slice(Math.max(0, match.index - 40), match.index)
    const startsSentence = /(?:^|[.!?:\n]\s*)["'(]*$/.test(before)
    const parts = match[0].split(' ')
    const first = parts[0] ?? ''
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 12)
    // The first word of a sentence is capitalised whatever it is: alone it is a name only where it acts like one.
    const drop =
      startsSentence && (isOpener(first) || (parts.length === 1 && !NAME_ENDS.test(behind)))
    const kept = drop || (parts.length > 1 && isStopWord(first)) ? parts.slice(1) : parts
    const name = kept.join(' ').replace(/['’]s$/, '')
    if (name === '' || isStopWord(name)) continue
    found.push({
      name,
      before: kept === parts ? (words(before).at(-1) ?? '') : first.toLowerCase(),
    })
  }
  return found.filter(
    ({ name }, index) => found.findIndex((other) => other.name === name) === index,
  )
}

const NAME_ENDS =
  /^(?:['’]s\b|[,:;?!.]|\s+(?:is|was|has|lives|wants|and|or|likes|works|said|will)\b|$)/

// Verbs that open a request even where a name follows: `Book Hotel Sacher`.
function isOpener(word: string): boolean {
  return (
    isStopWord(word) ||
    /^(?:weather|find|show|list|read|search|open|refund|cancel|order|book|send|create|add|make|extract|save|convert|translate|check|look|count|compare|schedule|write|is|are|does|should|yes|dear|turn|email|call|ask|contact|invite|meet|remind|tell|save)$/i.test(
      word,
    )
  )
}

function isPath(token: string): boolean {
  if (/^[\d./-]+$/.test(token) && !token.startsWith('./') && !token.startsWith('/'))
    return token === '..'
  return /^[\w@.~-]*\/[\w@./~-]*$/.test(token) || /^[\w@-][\w@.-]*\.[a-z]{1,5}$/i.test(token)
}

function isIdentifier(token: string): boolean {
  return (
    /^[\w@][\w@./-]*$/.test(token) &&
    (/^\w+(?:[-_]\w+)+$/.test(token) ||
      /[a-z][A-Z]/.test(token) ||
      /^(?=.*\d)(?=.*[A-Za-z])[\w-]+$/.test(token) ||
      token.startsWith('@'))
  )
}

function words(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}#]+/gu) ?? []
}

function all(text: string, pattern: RegExp): readonly string[] {
  return text.match(pattern) ?? []
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
