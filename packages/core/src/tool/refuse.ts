import { childPath } from '../json-schema-issue.ts'
import { isSchemaObject } from '../json-schema-ref.ts'
import type { JsonSchema } from '../json-schema.ts'
import { own } from '../json.ts'
import type { JsonValue } from '../message.ts'
import { INPUT_KEYS, NAME_KEYS } from './call-keys.ts'
import { readStructure } from './coerce-text.ts'
import { matchToolName } from './match-name.ts'
import { callInText, findToolReference, isControlToken, isPlaceholder } from './placeholder.ts'

/**
 * Why an input that may well be valid must not run: it holds something that stands for a value that the model does not have
 * yet, a call to another tool, or what is left of the model's own control tokens. The text says what to do first.
 * Undefined for nearly everything: text is refused only where it cannot be meant.
 *
 * `tools` are the names of the tools that are offered.
 */
export function findRefusal(
  input: JsonValue,
  parameters: JsonSchema,
  tools: readonly string[],
): string | undefined {
  return look({ path: '', name: '', node: parameters }, input, tools)
}

/** Where a value stands. */
interface Place {
  readonly path: string
  /** The name of the property it is or belongs to. */
  readonly name: string
  readonly node: unknown
}

function look(place: Place, value: JsonValue, tools: readonly string[]): string | undefined {
  if (typeof value === 'string') return lookAtText(place, value, tools)
  if (typeof value !== 'object' || value === null) return undefined
  const called = wantsObject(place.node) ? undefined : calledTool(value, tools)
  if (called !== undefined) return nestedCall(place, called)
  for (const [key, part] of Object.entries(value)) {
    const refusal = look(inside(place, key, Array.isArray(value)), part, tools)
    if (refusal !== undefined) return refusal
  }
  return undefined
}

function inside({ path, name, node }: Place, key: string, isItem: boolean): Place {
  if (isItem) return { path: childPath(path, Number(key)), name, node: own(node, 'items') }
  const schema = own(own(node, 'properties'), key) ?? own(node, 'additionalProperties')
  return { path: childPath(path, key), name: key, node: schema }
}

function lookAtText(place: Place, text: string, tools: readonly string[]): string | undefined {
  const { name, node } = place
  const constants = own(node, 'enum')
  if (Array.isArray(constants) && constants.includes(text)) return undefined
  const description = own(node, 'description')
  const about = { name, description: typeof description === 'string' ? description : '' }
  if (isControlToken(text, about)) {
    return `${subject(place)} holds one of your own control tokens (${shown(text)}). Call this tool again with the value alone.`
  }
  const called = callInText(text, about, tools) ?? callInJson(text, tools)
  if (called !== undefined) return nestedCall(place, called)
  const source = findToolReference(text, about, tools)
  if (source === undefined && !isPlaceholder(text, about)) return undefined
  const how =
    source === undefined
      ? 'Find out the value first, from another tool or from the user, then call this tool with it.'
      : callFirst(source)
  return `${subject(place)} holds a placeholder (${shown(text)}), not a value. ${how}`
}

function nestedCall(place: Place, called: string): string {
  const what = `${subject(place)} holds a call to \`${called}\``
  return `${what}, but a call cannot stand inside another. ${callFirst(called)}`
}

const callFirst = (name: string): string =>
  `Call \`${name}\` first, then call this tool with a value from its result.`

function callInJson(text: string, tools: readonly string[]): string | undefined {
  if (!/^\s*\{/.test(text) || text.length > 5_000) return undefined
  return calledTool(readStructure(text), tools)
}

/** The offered tool that an object is a call of: `{ "name": …, "parameters": … }` and its likes. */
function calledTool(value: unknown, tools: readonly string[]): string | undefined {
  const inner = own(value, 'function')
  const call = isSchemaObject(inner) ? inner : value
  const name = NAME_KEYS.map((key) => own(call, key)).find((part) => typeof part === 'string')
  const hasInput = INPUT_KEYS.some((key) => own(call, key) !== undefined)
  return typeof name === 'string' && hasInput ? matchToolName(name, tools) : undefined
}

/** True where an object may be meant, whatever it looks like. */
function wantsObject(node: unknown): boolean {
  const type = own(node, 'type')
  return type === undefined || [type].flat().some((name) => name === 'object' || name === 'array')
}

function subject({ path }: Place): string {
  return path === '' ? 'The input' : `\`${path}\``
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)
}
