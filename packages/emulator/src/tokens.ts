import { costOf } from '@drover/core/wire'
import type { ModelEntry } from './model-catalogue.ts'
import type { JsonObject } from './json-object.ts'
import { ownValue } from './json-object.ts'

/**
 * Four UTF-16 units make one token here, rounded up: near the truth for English and JSON, deterministic, and never
 * less for a longer text. The service counts with the model's own tokenizer; figures differ by some tens of percent.
 */
export const UNITS_PER_TOKEN = 4

/** Usage as the service writes it. */
export interface WireUsage {
  readonly prompt_tokens: number
  readonly completion_tokens: number
  readonly total_tokens: number
  readonly prompt_tokens_details: { readonly cached_tokens: number }
}

export function countTokens(text: string): number {
  return Math.ceil(text.length / UNITS_PER_TOKEN)
}

/** The longest prefix that is at most `maxTokens` tokens, never ending inside a surrogate pair. */
export function cutToTokens(text: string, maxTokens: number): string {
  const units = Math.max(0, maxTokens) * UNITS_PER_TOKEN
  if (text.length <= units) return text
  const last = text.charCodeAt(units - 1)
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? units - 1 : units)
}

/** Tokens of everything the model reads: the prompt or every message, and the tools. */
export function countInputTokens(inputs: JsonObject): number {
  const tools = ownValue(inputs, 'tools')
  const toolTokens = tools === undefined ? 0 : countTokens(JSON.stringify(tools))
  const prompt = ownValue(inputs, 'prompt')
  if (typeof prompt === 'string') return countTokens(prompt) + toolTokens
  const messages = ownValue(inputs, 'messages')
  return countTokens(JSON.stringify(messages ?? [])) + toolTokens
}

export function toWireUsage(inputTokens: number, outputTokens: number): WireUsage {
  return {
    prompt_tokens: inputTokens,
    completion_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    prompt_tokens_details: { cached_tokens: 0 },
  }
}

/** What the service would charge, in neurons, rounded to a thousandth; 0 for a model without a known price. */
export function toNeurons(usage: WireUsage, model: ModelEntry): number {
  const { prompt_tokens: inputTokens, completion_tokens: outputTokens } = usage
  const neurons = costOf({ inputTokens, outputTokens }, model.price)?.neurons ?? 0
  return Math.round(neurons * 1000) / 1000
}
