/** What is known of the parameter that a text is for. */
export interface ParameterWords {
  readonly name: string
  readonly description: string
}

// A model's special tokens: Llama's and Gemma's `<|…|>`, DeepSeek's with wide bars, Mistral's, Hermes's.
const CONTROL =
  '<[|｜][^|｜<>\\n]{0,40}[|｜]>|\\[/?INST\\]|\\[TOOL_CALLS\\]|</?tool[_▁]\\w+>|<(?:start|end)_of_turn>|<</?SYS>>'
const CONTROL_ONLY = new RegExp(`^(?:${CONTROL}|</?s>|<[be]os>|\\s)+$`)
const CONTROL_AT_END = new RegExp(`^\\s*(?:${CONTROL})|(?:${CONTROL})\\s*$`)

/**
 * True for text that is a control token, or begins or ends with one. HTML's `<s>` counts only alone. False where the
 * parameter is for such things.
 */
export function isControlToken(text: string, { name, description }: ParameterWords): boolean {
  if (/token|template|prompt|markup|html|xml/i.test(`${name} ${description}`)) return false
  const ends = text.length > 200 ? `${text.slice(0, 100)} ${text.slice(-100)}` : text
  return CONTROL_AT_END.test(ends) || (text.trim() !== '' && CONTROL_ONLY.test(ends))
}

/**
 * True for text that is nothing but a gap to be filled: `<city>`, `{{id}}`, `${user.id}`, `[insert id]`, `YOUR_API_KEY`,
 * `output of step 1`, `user_id_from_previous_call`. False for an element of HTML that is no word of the parameter's, and
 * where the parameter is for text with gaps.
 */
export function isPlaceholder(text: string, about: ParameterWords): boolean {
  const bare = text.trim()
  if (bare.length > 100 || isForSyntax(about)) return false
  const [, inner] = /^<([a-z][\w .'-]+)>$/i.exec(bare) ?? []
  const words = `${about.name} ${about.description}`.toLowerCase()
  if (inner !== undefined) return words.includes(inner.toLowerCase()) || !HTML.test(inner)
  return GAP.test(bare) || REFERENCE.test(bare.replaceAll('_', ' '))
}

const HTML =
  /^(?:article|body|br|button|canvas|code|div|em|footer|form|h\d|head|header|hr|html|img|input|label|li|link|main|meta|nav|ol|option|pre|script|section|select|span|strong|style|svg|table|td|th|tr|ul|video)$/i

const GAP =
  /^(?:\{\{[^{}]+\}\}|\$?\{[a-z_A-Z][\w.]*\}|\[(?:insert|Insert|INSERT|enter|Enter|ENTER|your|Your|YOUR)\b[^\][]*\]|YOUR[_-][A-Z\d_-]+|your_\w+|your-[\w-]*(?:key|token|secret|here)|[A-Z\d_]+_HERE|REPLACE_ME)$/

// A last or first call may be one by telephone.
const REFERENCE =
  /^(?:the )?(?:\w+ )?(?:result|output|response|value|id)s? (?:of|from|returned by) (?:the )?(?:step \d+|(?:previous|prior|earlier|(?:last|first)(?= (?:step|tool|function))) (?:tool |function |api )?(?:step|tool|function|call|result|response|output)s?)$/i

/**
 * The offered tool whose result a text stands for: `result of list_tags`, `list_tags response`, `{{list_tags.id}}`. A name
 * that is a plain word, such as `search`, is not looked for: it may be just that.
 */
export function findToolReference(
  text: string,
  about: ParameterWords,
  tools: readonly string[],
): string | undefined {
  if (text.length > 150 || isForSyntax(about) || isForQueries(about)) return undefined
  return tools.find((tool) => {
    const start = text.indexOf(tool)
    if (start < 0 || !/[_.-]|\d|[a-z][A-Z]/.test(tool)) return false
    const [before, after] = [text.slice(0, start), text.slice(start + tool.length)]
    const isAfterIt =
      /^[\s"'`([{<$]*$/.test(before) &&
      /^[\s_.-]*(?:\(\))?[\s_.-]*(?:results?|outputs?|responses?|return value)(?:[.[\s)\]}>"'`].*)?$/i.test(
        after,
      )
    const isBeforeIt =
      /\b(?:results?|outputs?|responses?|returned|values?|ids?) (?:of|from|by|in)(?: the| calling| running)?[\s"'`(]*$/i.test(
        before,
      ) && /^(?:\(.*\))?[\s"'`)\]}>.]*(?:call|tool|function)?[\s"'`)\]}>.]*$/i.test(after)
    const isInGap = /^\$?\{+\s*$/.test(before) && /^[\w.[\]\s()]*\}+$/.test(after)
    return isAfterIt || isBeforeIt || isInGap
  })
}

/** The offered tool that a text calls: `search(name='x')`, and what follows such a call: `list_tags()[0].id`. */
export function callInText(
  text: string,
  about: ParameterWords,
  tools: readonly string[],
): string | undefined {
  const bare = text.trim().replace(/^functions\./, '')
  if (bare.length > 2_000 || isForSyntax(about) || isForQueries(about)) return undefined
  return tools.find((tool) => bare.startsWith(`${tool}(`) && /\)(?:\.\w+|\[[\w"']*\])*$/.test(bare))
}

/** True for parameters whose text is code or has gaps by nature. */
function isForSyntax({ name, description }: ParameterWords): boolean {
  return (
    /template|placeholder|markup|\bhtml|\bxml|regex|snippet|\bscript|source code|selector|prompt/i.test(
      `${name} ${description}`,
    ) ||
    /^(?:source_?)?code$|(?:expression|formula|command|sql|pattern|format|function|equation)s?$/i.test(
      name,
    )
  )
}

/** True for parameters whose text may be about anything, tools and their results too. */
function isForQueries({ name }: ParameterWords): boolean {
  return /^q$|(?:query|question|search|keyword|term|phrase)s?$/i.test(name)
}
