/** A special token of a prompt format: `<|eot_id|>`, `<｜tool▁sep｜>`, Gemma's `<|tool_call>` and `<tool_call|>`. */
export const TOKEN: string = String.raw`(?:<[|｜][^|｜<>\n]{1,40}[|｜]?>|<\w{1,20}\|>)`

/** The same, with the role or channel that some formats write behind it. */
export const ROLE_TOKEN: string = String.raw`${TOKEN}(?:(?:system|user|assistant|tool|ipython|commentary|analysis|final)\b)?`

/** What opens or closes a call, and so says that there is one. */
export const CALL_MARK: RegExp =
  /<[^>]*(?:tool|function|python|call|action|plugin|invoke|recipient|message)[^>]*>|\[TOOL_CALLS\]|functools/i

const THOUGHT =
  /<(think(?:ing)?|thought|reasoning|(?:tool|function)_res(?:ponse|ult)s?)>[\s\S]*?(?:<\/\1>|$)|<\|channel\|>analysis<\|message\|>[\s\S]*?(?:<\|end\|>|$)/g
const THOUGHT_END = /^[\s\S]*<\/(?:think|thinking)>/
const NEXT_TURN = /<\|(?:im_start|start_header_id)\|>\s?(?:user|tool|ipython)\b[\s\S]*$/

/** The same text with newlines for what is not said to anybody: thoughts, results, and turns of others that a model makes up. */
export function hideThoughts(text: string): string {
  if (!text.includes('<')) return text
  const blank = (part: string): string => '\n'.repeat(part.length)
  return text.replace(THOUGHT, blank).replace(THOUGHT_END, blank).replace(NEXT_TURN, blank)
}

/** How the thought begins that a text ends in; `""` where it ends in none. */
export function openThought(text: string): string {
  const last = [...text.matchAll(THOUGHT)].at(-1)
  const isOpen =
    last?.[0].length === text.length - (last?.index ?? 0) && !/<(?:\/\w+|\|end\|)>$/.test(text)
  return (isOpen && /^(?:<\w+>|.*?<\|message\|>)/.exec(last?.[0] ?? '')?.[0]) || ''
}

const PLAIN_TOKEN = String.raw`(?:${ROLE_TOKEN}|</?s>)`
const FIRST_TOKENS = new RegExp(`^(?:${PLAIN_TOKEN}\\s*){1,40}`)
const LAST_TOKENS = new RegExp(`(?:${PLAIN_TOKEN}\\s*){1,9}$`)
// Beside a call a lone `<?` or `?>` is what some models put around it.
const ALL_TOKENS = new RegExp(String.raw`${PLAIN_TOKEN}|<\?|\?>`, 'g')

/** The text without the special tokens at its ends: inside, they may be what it is about. */
export const trimTokens = (text: string): string =>
  text.trim().replace(FIRST_TOKENS, '').replace(LAST_TOKENS, '').trim()

/** Where the text begins that `trimTokens` leaves. */
export function startOfText(text: string): number {
  const trimmed = text.trimStart()
  return text.length - trimmed.replace(FIRST_TOKENS, '').trimStart().length
}

/** What stands beside a call, without any special token. */
export const dropTokens = (text: string): string => text.replace(ALL_TOKENS, '').trim()
