/** What is known of the parameter that a text is for. */
export interface ParameterWords {
  readonly name: string
  readonly description: string
}

// A model's special tokens: Llama's and Gemma's `<|…|>`, DeepSeek's with wide bars, Mistral's, Hermes's.
const TOKEN =
  '(?:<[|｜][^|｜<>\\n]{0,40}[|｜]>|\\[/?INST\\]|\\[TOOL_CALLS\\]|</?tool[_▁]\\w+>|<(?:start|end)_of_turn>|<</?SYS>>)'
// HTML's `<s>` counts only alone.
const CONTROL = new RegExp(`^\\s*${TOKEN}|${TOKEN}\\s*$|^(?:\\s*(?:</?s>|<[be]os>))+\\s*$`)

/** True for text that is a control token, or begins or ends with one. False where the parameter is for such things. */
export function isControlToken(text: string, { name, description }: ParameterWords): boolean {
  if (/token|template|prompt|markup|html|xml/i.test(`${name} ${description}`)) return false
  return CONTROL.test(text.length > 200 ? `${text.slice(0, 100)} ${text.slice(-100)}` : text)
}

/**
 * True for text that is nothing but a gap to be filled: `<city>`, `{{id}}`, `${user.id}`, `[insert id]`, `YOUR_API_KEY`, `...`,
 * `output of step 1`, `user_id_from_previous_call`. False for an element of HTML that is no word of the parameter's, and
 * where the parameter is for text with gaps.
 */
export function isPlaceholder(text: string, about: ParameterWords): boolean {
  const bare = text.trim()
  if (bare.length > 100 || isForSyntax(about)) return false
  const [, inner] = /^[<[]([a-z][\w .'-]+)[\]>]$/i.exec(bare) ?? []
  const words = `${about.name} ${about.description}`.toLowerCase()
  const isNamed =
    inner !== undefined &&
    (words.includes(inner.toLowerCase()) || (bare[0] === '<' && !HTML.test(inner)))
  return isNamed || GAP.test(bare) || REFERENCE.test(bare.replaceAll('_', ' '))
}

const HTML =
  /^(?:(?!id|key|url)\w{1,3}|span|body|head(?:er)?|main|html|code|form|input|label|link|button|select|style|script|table)$/i
const GAP =
  /^(?:\{\{[^{}]+\}\}|\$?\{[a-z_][\w.]*\}|\[(?:insert|enter|your)\b[^\][]*\]|\.{3}|…|your_\w+|your-[\w-]*(?:key|token|secret)|your[ -].+here|[a-z\d_]+_here|replace_me)$/i

const RESULT = '(?:result|output|response|value|id)s?'
// A last or first call may be one by telephone.
const REFERENCE = new RegExp(
  `^(?:the )?(?:\\w+ )?${RESULT} (?:of|from|returned by) (?:the )?(?:step \\d+|(?:previous|prior|earlier|(?:last|first)(?= (?:step|tool|function))) (?:tool |function |api )?(?:step|tool|function|call|result|response|output)s?)$`,
  'i',
)

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
  return tools.find(
    (tool) => /[_.-]|\d|[a-z][A-Z]/.test(tool) && TOOL_RESULT.test(text.replace(tool, () => '\0')),
  )
}

const MARKS = '[\\s"\'`()[\\]{}<>$_.-]*'
/** The tool's name stands as a zero character: behind it, before it, or in a gap with it stands what makes it a result. */
const TOOL_RESULT = new RegExp(
  `^${MARKS}\\0${MARKS}(?:results?|outputs?|responses?|return value)(?:[.[\\s)\\]}>"'\`].*)?$|\\b(?:${RESULT}|returned) (?:of|from|by|in)(?: the| calling| running)?${MARKS}\\0(?:\\(.*\\))?${MARKS}(?:call|tool|function)?${MARKS}$|^\\$?\\{+\\s*\\0[\\w.[\\]\\s()]*\\}+$`,
  'i',
)

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
    /template|placeholder|markup|\b(?:ht|x)ml|regex|snippet|\bscript|source code|selector|prompt/i.test(
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
