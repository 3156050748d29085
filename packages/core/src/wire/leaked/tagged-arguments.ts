import { matchAt } from '../../match-at.ts'
import type { JsonValue } from '../../message.ts'

/** The arguments of a call that are written as tags. */
export type TaggedArguments =
  | { readonly status: 'value'; readonly input: Record<string, JsonValue>; readonly end: number }
  | { readonly status: 'cut' }

/** What may stand between a tool's name and the first tag. */
const FIRST = /\s*(?:["'>)]\s*){0,3}/y
const PARAMETER =
  /\s*<(?:param(?:eter)?(?:=| name=)["']?([\w.$-]+)["']?>|arg_key>([^<]{1,200})<\/arg_key>\s*<arg_value>)/y
const END = /<\/(?:param(?:eter)?|arg_value)>/g
// A tag that is not whole, or the name of an argument without its value, with nothing after it.
const UNFINISHED = /^\s*(?:<arg_key>[^<]{0,200}(?:<\/arg_key>\s*)?)?(?:<[^>]{0,100})?$/
const CLOSE = /\s*<\/(?:function|tool|call|invoke)[^>]{0,80}>/y

/**
 * Reads `<parameter=a>1</parameter>…` (Qwen, Seed), `<parameter name="a">…` and `<arg_key>a</arg_key><arg_value>1</arg_value>…`
 * (GLM) after a tool's name, up to the tag that closes the call. Every value is the text it is: its type is the schema's matter.
 * Nothing when no such tag follows.
 */
export function readTagged(text: string, start: number): TaggedArguments | undefined {
  matchAt(FIRST, text, start)
  const input: Record<string, JsonValue> = {}
  let at = FIRST.lastIndex
  for (;;) {
    if (matchAt(CLOSE, text, at) !== null) return { status: 'value', input, end: CLOSE.lastIndex }
    const [, written, listed] = matchAt(PARAMETER, text, at) ?? []
    const name = written ?? listed?.trim()
    if (name === undefined)
      return UNFINISHED.test(text.slice(at, at + 400)) ? { status: 'cut' } : undefined
    if (name === '__proto__' || Object.hasOwn(input, name)) return undefined
    const end = matchAt(END, text, PARAMETER.lastIndex)
    if (end === null) return { status: 'cut' }
    input[name] = text.slice(PARAMETER.lastIndex, end.index).replace(/^\n|\n$/g, '')
    at = END.lastIndex
  }
}
