import type { JsonValue } from '../../message.ts'
import { own } from '../../json.ts'
import { readLenient } from '../../lenient-json.ts'
import { skipSpace } from '../../lenient-scalar.ts'
import { matchAt } from '../../match-at.ts'
import { INPUT_KEYS, NAME_KEYS } from '../../tool/call-keys.ts'
import type { OfferedTool, OfferedTools } from './offered-tools.ts'
import { hasOnlyParameters, hasParameter, offeredTool, parameterNames } from './offered-tools.ts'
import { readArguments } from './python-call.ts'

/**
 * How plainly a text is a call.
 *
 * - `explicit`: says so, such as `{"name": "f", "arguments": {}}`.
 * - `written`: code or a pair that may also stand in an explanation, such as `f(a=1)`.
 * - `loose`: an object that may as well be an answer, such as `{"name": "f", "a": 1}`.
 */
export type Plainness = 'explicit' | 'written' | 'loose'

/** A call as it stands in a text, before its input was looked at. */
export interface ShapedCall {
  readonly toolName: string
  /** Nothing when no such tool was offered. */
  readonly tool?: OfferedTool
  readonly input: JsonValue
  readonly dialect: string
  readonly plainness: Plainness
  /** Why the input is no plain value. */
  readonly problem?: 'code' | 'depends'
}

type Entries = { readonly [key: string]: JsonValue }

const LIST_KEYS = ['tool_calls', 'function_calls', 'calls', 'tool_call', 'function_call']
/** What may stand beside a call, and beside a list of calls, without making it something else. */
const BESIDE_CALL = 'id type index call_id tool_call_id thought reasoning'.split(' ')
const BESIDE_LIST = [...BESIDE_CALL, 'content', 'role']
/** What stands beside the result of a REST answer, which some models repeat. */
const ENVELOPE = ['result', 'success', 'errors', 'messages']
const CALL_KEYS = [...NAME_KEYS, ...INPUT_KEYS, ...LIST_KEYS, ...BESIDE_CALL]

/** The calls that a value is; nothing when it is anything else, or only partly calls. `open` are its unclosed parts. */
export function shapedCalls(
  value: JsonValue,
  tools: OfferedTools,
  open: readonly unknown[] = [],
  depth = 0,
): readonly ShapedCall[] | undefined {
  if (depth > 4) return undefined
  if (isList(value)) {
    const pair = open.includes(value) ? undefined : pairCall(value, tools)
    if (pair !== undefined) return [pair]
    const whole = value.filter((entry) => !open.includes(entry))
    const calls = whole.map((entry) => shapedCalls(entry, tools, open, depth + 1))
    return calls.every((call) => call !== undefined) && value.length > 0 ? calls.flat() : undefined
  }
  if (typeof value === 'string') return depth > 0 ? stringCalls(value, tools) : undefined
  if (!isEntries(value)) return undefined
  const result = own(value, 'result')
  const wrapper = isEntries(result) && isOnly(value, ENVELOPE) ? result : value
  const listKey = LIST_KEYS.find((key) => isHolder(own(wrapper, key)))
  if (listKey !== undefined && isOnly(wrapper, [listKey, ...BESIDE_LIST])) {
    return shapedCalls(wrapper[listKey] ?? null, tools, open, depth + 1)
  }
  if (open.includes(value)) return undefined
  const keyed = keyedCalls(value, tools)
  if (keyed !== undefined) return keyed
  const call = objectCall(value, tools)
  return call === undefined ? undefined : [call]
}

/**
 * A call that a text leaves open: its tool where the name was whole. Nothing when the text does not begin as a call.
 * `open` are the lists and objects that were not closed.
 */
export function openCall(
  text: string,
  open: readonly unknown[],
  tools: OfferedTools,
): { readonly toolName?: string } | undefined {
  for (const object of open.filter(isEntries).toReversed()) {
    const name = NAME_KEYS.map((key) => own(object, key)).find((value) => typeof value === 'string')
    if (name === undefined) continue
    const tool = offeredTool(tools, name)
    const isCall =
      tool !== undefined &&
      Object.keys(object).every((key) => CALL_KEYS.includes(key) || hasParameter(tool, key))
    return isCall ? { toolName: tool.name } : undefined
  }
  const [head = '', key = '', word = ''] = HEAD.exec(text) ?? []
  // The name of a call in a string: it is found by its name.
  if (text[head.length] === '(') return undefined
  const tool = offeredTool(tools, key)
  if (tool !== undefined) return { toolName: tool.name }
  if (INPUT_KEYS.includes(key) || LIST_KEYS.includes(key)) return {}
  const isNamed = NAME_KEYS.includes(key)
  const begun = isNamed ? word : key
  const names = [...tools.keys(), ...(isNamed ? [] : CALL_KEYS)]
  const isEnd = head.length === text.length && (isNamed || word === '')
  return isEnd && names.some((name) => name.startsWith(begun)) ? {} : undefined
}

/** Whether an unclosed value, whatever follows, is no call: it holds what no call does. `open` as for `openCall`. */
export function isForeign(open: readonly JsonValue[], tools: OfferedTools): boolean {
  const [value] = open
  if (isList(value)) {
    // A pair of a name and an input is not closed.
    if (typeof value[0] === 'string' && offeredTool(tools, value[0])) return false
    return value.some(
      (entry) => !open.includes(entry) && shapedCalls(entry, tools, [], 1) === undefined,
    )
  }
  return (
    isEntries(value) &&
    Object.keys(value).some(
      (key) =>
        !KNOWN_KEYS.has(key) &&
        !offeredTool(tools, key) &&
        ![...tools.values()].some((tool) => hasParameter(tool, key)),
    )
  )
}

const KNOWN_KEYS = new Set([...CALL_KEYS, ...BESIDE_LIST, ...ENVELOPE])
const HEAD = /^[\s[{("']{0,40}([\w.-]{0,80})["']?\s{0,9}:?\s{0,9}["']?([\w.-]{0,80})/
/** The call that one object is. */
function objectCall(value: Entries, tools: OfferedTools): ShapedCall | undefined {
  const inner = own(value, 'function')
  if (isEntries(inner) && isOnly(value, ['function', ...BESIDE_CALL]))
    return objectCall(inner, tools)
  const nameKey = NAME_KEYS.find((key) => typeof own(value, key) === 'string')
  const name = nameKey === undefined ? undefined : own(value, nameKey)
  if (nameKey === undefined || typeof name !== 'string') return undefined
  const tool = offeredTool(tools, name)
  const toolName = tool?.name ?? name
  const inputKey = INPUT_KEYS.find((key) => toInput(own(value, key)) !== undefined)
  if (inputKey !== undefined && isOnly(value, [nameKey, inputKey, ...BESIDE_CALL])) {
    const input = toInput(own(value, inputKey)) ?? {}
    if (isDefinition(input, tool)) return undefined
    return { toolName, ...(tool && { tool }), input, dialect: 'json', plainness: 'explicit' }
  }
  if (tool === undefined) return undefined
  const rest = Object.entries(value).filter(
    ([key]) => key !== nameKey && (hasParameter(tool, key) || !BESIDE_CALL.includes(key)),
  )
  if (!rest.every(([key]) => hasParameter(tool, key))) return undefined
  const dialect = rest.length === 0 ? 'json-name' : 'json-flat'
  return { toolName, tool, input: Object.fromEntries(rest), dialect, plainness: 'loose' }
}

/** `{"f": {…}, "g": {…}}`. */
function keyedCalls(value: Entries, tools: OfferedTools): readonly ShapedCall[] | undefined {
  const calls: ShapedCall[] = []
  for (const [name, held] of Object.entries(value)) {
    const tool = offeredTool(tools, name)
    const input = held ? toInput(held) : undefined
    if (!tool || !input || !hasOnlyParameters(tool, input)) return undefined
    calls.push({ toolName: tool.name, tool, input, dialect: 'json-keyed', plainness: 'loose' })
  }
  return calls.length > 0 ? calls : undefined
}

/** `["f", {…}]`. */
function pairCall(value: readonly JsonValue[], tools: OfferedTools): ShapedCall | undefined {
  const [name, input, ...more] = value
  const tool = typeof name === 'string' ? offeredTool(tools, name) : undefined
  if (tool === undefined || !isEntries(input) || more.length > 0) return undefined
  return { toolName: tool.name, tool, input, dialect: 'pair', plainness: 'written' }
}

/** `"f(a=1), g()"` inside a list. */
function stringCalls(text: string, tools: OfferedTools): readonly ShapedCall[] | undefined {
  const calls: ShapedCall[] = []
  let at = skipSpace(text, 0)
  while (at < text.length) {
    const name = matchAt(NAME, text, at)?.[1]
    const tool = name === undefined ? undefined : offeredTool(tools, name)
    const read = tool === undefined ? undefined : readArguments(text, NAME.lastIndex - 1)
    if (tool === undefined || read?.status !== 'value') return undefined
    const call = writtenCall(tool, read, tools)
    if (call === undefined) return undefined
    calls.push(call)
    if (matchAt(SEPARATOR, text, read.end) === null) return undefined
    at = SEPARATOR.lastIndex
  }
  return calls.length > 0 ? calls : undefined
}

const NAME = /([A-Za-z_][\w.-]*)\(/y
const SEPARATOR = /\s*(?:[,;]\s*|$)/y

/**
 * The call that arguments make. One argument without a name is the input itself when its keys are parameters, and the
 * value of the only parameter when there is one; any other order would be a guess.
 */
export function writtenCall(
  tool: OfferedTool,
  read: Extract<ReturnType<typeof readArguments>, { status: 'value' }>,
  tools: OfferedTools,
): ShapedCall | undefined {
  const base = { toolName: tool.name, tool, dialect: 'pythonic', plainness: 'written' } as const
  if (read.code.length > 0) {
    const depends = read.code.some(([, source]) => offeredTool(tools, source.split('(')[0] ?? ''))
    const input = { ...read.named, ...Object.fromEntries(read.code) }
    return { ...base, input, problem: depends ? 'depends' : 'code' }
  }
  const [first, ...more] = read.positional
  if (first === undefined) return { ...base, input: read.named }
  if (more.length > 0 || Object.keys(read.named).length > 0) return undefined
  const names = parameterNames(tool)
  if (isEntries(first) && hasOnlyParameters(tool, first)) return { ...base, input: first }
  const [only] = names
  return only === undefined || names.length > 1 ? undefined : { ...base, input: { [only]: first } }
}

/** The input that arguments are: an object, JSON text of one, or nothing at all. */
function toInput(value: unknown): Entries | undefined {
  if (isEntries(value)) return value
  if (value === null || value === '') return {}
  if (typeof value !== 'string') return undefined
  const read = readLenient(value, skipSpace(value, 0))
  if (read.status !== 'value' || skipSpace(value, read.end) < value.length) return undefined
  return isEntries(read.value) ? read.value : undefined
}

/** Whether an input is a schema of one, or has but the names of types: the echo of a tool's definition. */
function isDefinition(input: Entries, tool: OfferedTool | undefined): boolean {
  return (
    /^(?:(?:string|number|integer|boolean)(?:,|$))+$/.test(
      Object.values(input).map(String).join(),
    ) ||
    (isEntries(own(input, 'properties')) &&
      typeof own(input, 'type') === 'string' &&
      !(tool && hasParameter(tool, 'properties')))
  )
}

const isOnly = (value: Entries, keys: readonly string[]): boolean =>
  Object.keys(value).every((key) => keys.includes(key))

const isList = (value: unknown): value is readonly JsonValue[] => Array.isArray(value)

const isHolder = (value: unknown): value is JsonValue => typeof value === 'object' && value !== null

const isEntries = (value: unknown): value is Entries => isHolder(value) && !Array.isArray(value)
