import type { JsonObject } from './json-object.ts'
import { isJsonObject, ownValue } from './json-object.ts'

/**
 * Whether the runner behind OpenAI's dialect takes inputs that the schema let pass: it knows four forms of `tool_choice`
 * (`"any"` is none), and a description is a text or is left out. The service answers 8001 for the others; Llama's own
 * runner takes no notice of either.
 */
export function passesRunner(inputs: JsonObject): boolean {
  const tools = ownValue(inputs, 'tools')
  return (
    isToolChoice(ownValue(inputs, 'tool_choice')) &&
    (!Array.isArray(tools) || tools.filter(isJsonObject).every(isDescribed))
  )
}

function isToolChoice(choice: JsonObject[string] | undefined): boolean {
  if (!isJsonObject(choice)) {
    return choice === undefined || ['auto', 'none', 'required'].some((known) => known === choice)
  }
  const chosen = ownValue(choice, 'function')
  const name = isJsonObject(chosen) ? ownValue(chosen, 'name') : undefined
  return ownValue(choice, 'type') === 'function' && typeof name === 'string'
}

function isDescribed(tool: JsonObject): boolean {
  const body = ownValue(tool, 'function')
  const description = ownValue(isJsonObject(body) ? body : tool, 'description')
  return description === undefined || typeof description === 'string'
}
