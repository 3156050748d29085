import type { JsonValue } from '../../src/message.ts'

/** A call to write down. */
export interface Written {
  readonly toolName: string
  readonly input: { readonly [key: string]: JsonValue }
}

/** One way in which models write calls into their text. */
export interface Dialect {
  readonly render: (calls: readonly Written[]) => string
  /**
   * Where it is a call: anywhere in prose, on a line of its own, or only alone, since an object without a word that says
   * what it is may as well be an answer.
   */
  readonly place: 'anywhere' | 'own-line' | 'alone'
  /** Whether these calls can be written so at all. */
  readonly canRender?: (calls: readonly Written[]) => boolean
}

const json = (value: JsonValue): string => JSON.stringify(value)
const each = (
  render: (call: Written) => string,
  separator: string,
): Pick<Dialect, 'render' | 'place'> => ({
  render: (calls) => calls.map(render).join(separator),
  place: 'anywhere',
})
const asParameters = ({ toolName, input }: Written): string =>
  json({ name: toolName, parameters: input })
const asArguments = ({ toolName, input }: Written): { name: string; arguments: JsonValue } => ({
  name: toolName,
  arguments: input,
})
const listOf = (calls: readonly Written[]): string => json(calls.map(asArguments))

/** A value as a Python literal, quoted as `repr` does. */
function python(value: JsonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (typeof value === 'number') return json(value)
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'"
    const escaped = value
      .replaceAll('\\', '\\\\')
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t')
      .replaceAll(quote, `\\${quote}`)
    return quote + escaped + quote
  }
  if (Array.isArray(value)) return `[${value.map(python).join(', ')}]`
  const entries = Object.entries(value).map(([key, child]) => `${python(key)}: ${python(child)}`)
  return `{${entries.join(', ')}}`
}

const pythonCall = ({ toolName, input }: Written, suffix = ''): string => {
  const args = Object.entries(input).map(([key, value]) => `${key}=${python(value)}`)
  return `${toolName}${suffix}(${args.join(', ')})`
}

const asText = (value: JsonValue): string => (typeof value === 'string' ? value : json(value))
const hasNoTags = (calls: readonly Written[]): boolean =>
  !/<\/?(?:param|arg)/.test(json(listOf(calls)))
const isSingle = (calls: readonly Written[]): boolean => calls.length === 1

/** Words that a flat call has for itself. */
const RESERVED = /^(?:name|function|tool|action|arguments|parameters|params|args|input|kwargs)$/

export const dialects: Readonly<Record<string, Dialect>> = {
  'JSON, separated by semicolons': each(asParameters, '; '),
  'JSON, one a line': each(asParameters, '\n'),
  'a JSON list': { render: listOf, place: 'anywhere' },
  'a fenced JSON list': {
    render: (calls) => `\`\`\`json\n${JSON.stringify(calls.map(asArguments), null, 2)}\n\`\`\``,
    place: 'own-line',
  },
  'a list of Python dictionaries': {
    render: (calls) =>
      python(calls.map(({ toolName, input }) => ({ name: toolName, params: input }))),
    place: 'anywhere',
  },
  'a tool_calls object': {
    render: (calls) => `{"thought": "", "tool_calls": ${listOf(calls)}}`,
    place: 'anywhere',
  },
  'OpenAI functions with text arguments': each(
    ({ toolName, input }) =>
      json({ type: 'function', function: { name: toolName, arguments: json(input) } }),
    '\n',
  ),
  'a list of flat objects': {
    render: (calls) => json(calls.map(({ toolName, input }) => ({ name: toolName, ...input }))),
    place: 'alone',
    canRender: (calls) =>
      calls.every(({ input }) => {
        const keys = Object.keys(input)
        return keys.length > 0 && !keys.some((key) => RESERVED.test(key))
      }),
  },
  'objects keyed by the tool': {
    render: (calls) => json(calls.map(({ toolName, input }) => ({ [toolName]: input }))),
    place: 'alone',
  },
  'pairs of name and input': {
    render: (calls) => python(calls.map(({ toolName, input }) => [toolName, input])),
    place: 'alone',
  },
  'the Python tag before JSON': each((call) => `<|python_tag|>${asParameters(call)}`, ''),
  'the Python tag before a call': {
    render: (calls) =>
      `${calls.map((call) => `<|python_tag|>${pythonCall(call, '.call')}`).join('')}<|eom_id|>`,
    place: 'anywhere',
  },
  'function tags': each(
    ({ toolName, input }) => `<function=${toolName}>${json(input)}</function>`,
    '\n',
  ),
  'tool_call tags': each((call) => `<tool_call>\n${json(asArguments(call))}\n</tool_call>`, '\n'),
  'parameter tags': {
    ...each(({ toolName, input }) => {
      const parameters = Object.entries(input).map(
        ([key, value]) => `<parameter=${key}>\n${asText(value)}\n</parameter>\n`,
      )
      return `<tool_call>\n<function=${toolName}>\n${parameters.join('')}</function>\n</tool_call>`
    }, '\n'),
    canRender: hasNoTags,
  },
  'argument tags': {
    ...each(({ toolName, input }) => {
      const args = Object.entries(input).map(
        ([key, value]) =>
          `<arg_key>${key}</arg_key>\n<arg_value>\n${asText(value)}\n</arg_value>\n`,
      )
      return `<tool_call>${toolName}\n${args.join('')}</tool_call>`
    }, '\n'),
    canRender: hasNoTags,
  },
  'the Mistral list': {
    render: (calls) => `[TOOL_CALLS] ${listOf(calls)}</s>`,
    place: 'anywhere',
  },
  'the Mistral names': each(
    ({ toolName, input }) => `[TOOL_CALLS]${toolName}[ARGS]${json(input)}`,
    '',
  ),
  functools: { render: (calls) => `functools${listOf(calls)}`, place: 'alone' },
  'the Granite tag': each((call) => `<function_call> ${json(asArguments(call))}`, ' '),
  'a Command R action': {
    render: (calls) =>
      `Action: \`\`\`json\n${json(calls.map(({ toolName, input }) => ({ tool_name: toolName, parameters: input })))}\n\`\`\``,
    place: 'own-line',
  },
  'a ReAct action': {
    render: ([call]) => `Action: ${call?.toolName}\nAction Input: ${json(call?.input ?? {})}`,
    place: 'own-line',
    canRender: isSingle,
  },
  'a Functionary recipient': each(({ toolName, input }) => `>>>${toolName}\n${json(input)}`, ''),
  'a name and JSON': {
    ...each(({ toolName, input }) => `${toolName}\n${json(input)}`, '\n'),
    place: 'alone',
  },
  'Kimi tokens': each(
    ({ toolName, input }) =>
      `<|tool_call_begin|>functions.${toolName}:0<|tool_call_argument_begin|>${json(input)}<|tool_call_end|>`,
    '',
  ),
  'a harmony channel': each(
    ({ toolName, input }) =>
      `<|channel|>commentary to=functions.${toolName} <|constrain|>json<|message|>${json(input)}<|call|>`,
    '',
  ),
  'a Python list': {
    render: (calls) => `[${calls.map((call) => pythonCall(call)).join(', ')}]`,
    place: 'anywhere',
  },
  'Python calls, one a line': {
    render: (calls) => calls.map((call) => pythonCall(call)).join('\n'),
    place: 'own-line',
  },
  'Python calls in a fence': {
    render: (calls) =>
      `\`\`\`tool_code\n${calls.map((call) => pythonCall(call)).join('\n')}\n\`\`\``,
    place: 'own-line',
  },
  'Python calls in strings': {
    render: (calls) => json(calls.map((call) => pythonCall(call))),
    place: 'alone',
  },
}
