import type { JsonValue } from '@drover/core'
import { isJsonObject } from '../json-object.ts'
import type { ModelToolCall } from '../model-source.ts'
import type { SeededRandom } from '../streaming/seeded-random.ts'
import type { Misbehaviours } from './misbehaviour.ts'
import { oneOf } from './misbehaviour.ts'

/** A way to write calls down as text. */
type LeakForm =
  | 'leak-json'
  | 'leak-arguments'
  | 'leak-function'
  | 'leak-typed'
  | 'leak-array'
  | 'leak-tool-calls'
  | 'leak-result'
  | 'leak-siblings'
  | 'leak-python-tag'
  | 'leak-python-call'
  | 'leak-function-tag'
  | 'leak-pythonic'
  | 'leak-xml'
  | 'leak-fenced'
  | 'leak-semicolons'
  | 'leak-end-token'
  | 'leak-prose'

/** Calls that come as text: the commonest misbehaviour of all. */
export type LeakName = 'leak' | LeakForm

type Write = (calls: readonly ModelToolCall[], random: SeededRandom) => string

const native = ({ toolName, input }: ModelToolCall): JsonValue => ({
  name: toolName,
  parameters: input,
})
const other = ({ toolName, input }: ModelToolCall): JsonValue => ({
  name: toolName,
  arguments: input,
})
const each =
  (write: (call: ModelToolCall) => string, between = '\n'): Write =>
  (calls) =>
    calls.map(write).join(between)
const eachJson = (shape: (call: ModelToolCall) => JsonValue, between = '\n'): Write =>
  each((call) => JSON.stringify(shape(call)), between)
const nativeLines = eachJson(native)

const forms: Readonly<Record<LeakForm, readonly [shown: string, write: Write]>> = {
  'leak-json': ['`{"name","parameters"}`', nativeLines],
  'leak-arguments': ['`{"name","arguments"}`', eachJson(other)],
  'leak-function': [
    '`{"type":"function","function":{…}}`, the arguments as JSON text',
    eachJson(({ toolName, input }) => ({
      type: 'function',
      function: { name: toolName, arguments: JSON.stringify(input) },
    })),
  ],
  'leak-typed': [
    '`{"type":"function","name","parameters"}`',
    eachJson(({ toolName, input }) => ({ type: 'function', name: toolName, parameters: input })),
  ],
  'leak-array': ['a JSON list of calls', (calls) => JSON.stringify(calls.map(native))],
  'leak-tool-calls': [
    '`{"tool_calls":[…]}`',
    (calls) => JSON.stringify({ tool_calls: calls.map(other) }),
  ],
  'leak-result': [
    '`{"result":{"tool_calls":[…]}}`',
    (calls) => JSON.stringify({ result: { tool_calls: calls.map(other) } }),
  ],
  'leak-siblings': [
    '`{"name","city":…}`, the arguments beside the name (gpt-oss)',
    eachJson(({ toolName, input }) => ({ name: toolName, ...input })),
  ],
  'leak-python-tag': [
    '`<|python_tag|>` and JSON',
    (calls, random) => `<|python_tag|>${nativeLines(calls, random)}`,
  ],
  'leak-python-call': [
    '`<|python_tag|>f.call(city="…")`',
    each(({ toolName, input }) => `<|python_tag|>${toolName}.call(${toKeywords(input)})`),
  ],
  'leak-function-tag': [
    '`<function=f>{…}</function>`',
    each(({ toolName, input }) => `<function=${toolName}>${JSON.stringify(input)}</function>`),
  ],
  'leak-pythonic': [
    '`[f(city="…"), g()]`',
    (calls) =>
      `[${calls.map(({ toolName, input }) => `${toolName}(${toKeywords(input)})`).join(', ')}]`,
  ],
  'leak-xml': [
    '`<tool_call>{…}</tool_call>`',
    each((call) => `<tool_call>\n${JSON.stringify(other(call))}\n</tool_call>`),
  ],
  'leak-fenced': [
    'a fenced block of JSON',
    (calls, random) => `\`\`\`json\n${nativeLines(calls, random)}\n\`\`\``,
  ],
  'leak-semicolons': ['JSON objects with `;` between them', eachJson(native, '; ')],
  'leak-end-token': [
    'JSON and a control token such as `<|eom_id|>`',
    (calls, random) =>
      nativeLines(calls, random) + oneOf(random, ['<|eom_id|>', '<|eot_id|>'] as const),
  ],
  'leak-prose': [
    'JSON in the middle of a sentence',
    (calls, random) =>
      `I will first look that up. ${nativeLines(calls, random)} This will tell us more.`,
  ],
}

// The keys of a record over the union are the union; there are some.
const formNames = Object.keys(forms) as [LeakForm, ...LeakForm[]]

/** Leaks in every form that models of the service are known to write. */
export const leaks: Misbehaviours<LeakName> = {
  leak: leakAs('calls come as text, in any of the forms below', (calls, random) =>
    forms[oneOf(random, formNames)][1](calls, random),
  ),
  ...(Object.fromEntries(
    formNames.map((name) => {
      const [shown, write] = forms[name]
      return [name, leakAs(`calls come as text: ${shown}`, write)]
    }),
    // Made of every name of the union, as above.
  ) as Misbehaviours<LeakForm>),
}

function leakAs(what: string, write: Write): Misbehaviours<LeakName>[LeakName] {
  return {
    what,
    reply: ({ text = '', toolCalls = [], ...rest }, { random }) =>
      toolCalls.length === 0
        ? undefined
        : { ...rest, text: [text, write(toolCalls, random)].filter(Boolean).join('\n') },
  }
}

function toKeywords(input: ModelToolCall['input']): string {
  return Object.entries(input)
    .map(([key, value]) => `${key}=${toPython(value)}`)
    .join(', ')
}

function toPython(value: JsonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  if (Array.isArray(value)) return `[${value.map(toPython).join(', ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value).map(([key, field]) => {
    return `${JSON.stringify(key)}: ${toPython(field)}`
  })
  return `{${entries.join(', ')}}`
}
