import { DroverError } from '../errors.ts'
import { own } from '../json.ts'
import { nearest } from '../nearest.ts'
import { expected } from '../option.ts'

/**
 * Whether the model calls tools.
 * - `auto`: as it thinks fit.
 * - `none`: not at all; it answers in words.
 * - `required`: one of them at least.
 * - `{ toolName }`: this one.
 */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly toolName: string }

/** A choice that makes the model call. */
export type ForcedChoice = Exclude<ToolChoice, 'auto' | 'none'>

export const isForced = (choice: ToolChoice): choice is ForcedChoice =>
  choice !== 'auto' && choice !== 'none'

/**
 * @throws DroverError `config.invalid` for what is no choice, and for one that the tools cannot meet.
 */
export function checkToolChoice(
  choice: unknown,
  tools: ReadonlyMap<string, unknown>,
): asserts choice is ToolChoice {
  if (choice === 'auto' || choice === 'none') return
  const toolName = own(choice, 'toolName')
  if (choice !== 'required' && typeof toolName !== 'string') {
    const wanted = "'auto', 'none', 'required' or `{ toolName }`"
    throw expected('config.invalid', '`toolChoice`', wanted, choice)
  }
  if (tools.size === 0) {
    const message = 'Expected tools to choose from beside `toolChoice`, got none: add `tools`.'
    throw new DroverError('config.invalid', message)
  }
  if (typeof toolName === 'string') checkToolName('toolChoice.toolName', toolName, tools)
}

/** @throws DroverError `config.invalid` for a name that is none of the tools'; the nearest is suggested. */
export function checkToolName(
  option: string,
  name: unknown,
  tools: ReadonlyMap<string, unknown>,
): asserts name is string {
  if (typeof name !== 'string') {
    throw expected('config.invalid', `\`${option}\``, 'the name of a tool', name)
  }
  if (tools.has(name)) return
  const near = nearest(name, tools.keys())
  const hint = near === undefined ? '' : ` Did you mean \`${near}\`?`
  throw new DroverError(
    'config.invalid',
    `Expected \`${option}\` to name one of the tools, got \`${name.slice(0, 100)}\`.${hint}`,
  )
}

/** `tool_choice` as the models that heed it take it; `any` is refused with 8001 (protocol 3.2). */
export const toWireToolChoice = (choice: ToolChoice): string | object =>
  typeof choice === 'string' ? choice : { type: 'function', function: { name: choice.toolName } }
