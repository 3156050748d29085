import type { JsonValue } from '@drover/core'
import { createHash } from 'node:crypto'
import type { JsonObject } from '../json-object.ts'
import type { ModelEntry } from '../model-catalogue.ts'

const TASK: JsonObject = {
  id: 'c329a1f9-323d-4e91-b2aa-582dd4188d34',
  name: 'Text Generation',
  description: 'Models that write text: answers, calls of tools, summaries, code.',
}

/** Cloudflare's own models (`@cf/…`) and those of Hugging Face (`@hf/…`). */
const SOURCES = { cloudflare: 1, huggingFace: 2 } as const
const PER_PAGE = 50

/**
 * One page of the models, as `GET …/ai/models/search` answers: the fields `task`, `search`, `author`, `source` and
 * `hide_experimental` of the query narrow the list; `page` and `per_page` say which part of it.
 */
export function searchModels(models: readonly ModelEntry[], query: URLSearchParams): JsonObject {
  const found = models.filter((model) => isMatch(model, query))
  const page = positive(query.get('page'), 1)
  const perPage = positive(query.get('per_page'), PER_PAGE)
  const shown = found.slice((page - 1) * perPage, page * perPage)
  return {
    result: shown.map(toItem),
    success: true,
    errors: [],
    messages: [],
    result_info: { page, per_page: perPage, count: shown.length, total_count: found.length },
  }
}

function isMatch(model: ModelEntry, query: URLSearchParams): boolean {
  const id = model.id.toLowerCase()
  const has = (name: string, test: (value: string) => boolean): boolean => {
    const value = query.get(name)?.toLowerCase()
    return value === undefined || value === '' || test(value)
  }
  return (
    has('task', (task) => task === 'text generation') &&
    has('search', (text) => id.includes(text)) &&
    has('author', (author) => id.split('/')[1] === author) &&
    has('source', (source) => source === String(sourceOf(model))) &&
    has('hide_experimental', (hide) => hide !== 'true' || !isBeta(model))
  )
}

function toItem(model: ModelEntry): JsonValue {
  return {
    id: toId(model.id),
    source: sourceOf(model),
    name: model.id,
    description: `${model.id.split('/').at(-1)}, as the emulator on this machine stands in for it.`,
    task: TASK,
    tags: [],
    properties: toProperties(model),
  }
}

function toProperties(model: ModelEntry): readonly JsonValue[] {
  const { contextWindow, price } = model
  const flags = {
    beta: isBeta(model),
    function_calling: model.callsTools,
    reasoning: model.reasons,
  }
  return [
    ...Object.entries(flags).flatMap(([name, on]) => (on ? [property(name, 'true')] : [])),
    ...(contextWindow === undefined ? [] : [property('context_window', String(contextWindow))]),
    ...(price === undefined ? [] : [property('price', toPrices(price))]),
    ...(model.retiredOn === undefined
      ? []
      : [property('planned_deprecation_date', model.retiredOn)]),
  ]
}

function toPrices({ input, output, cachedInput }: NonNullable<ModelEntry['price']>): JsonValue {
  const row = (unit: string, price: number): JsonValue => ({
    unit: `per M ${unit} tokens`,
    price: Math.round(price * 1000) / 1000,
    currency: 'USD',
  })
  return [
    row('input', input),
    row('output', output),
    ...(cachedInput === undefined ? [] : [row('cached input', cachedInput)]),
  ]
}

function property(name: string, value: JsonValue): JsonValue {
  return { property_id: name, value }
}

// The one model here that the service's catalogue calls a beta (early 2025).
function isBeta(model: ModelEntry): boolean {
  return model.id === '@cf/meta/llama-3.1-8b-instruct-fast'
}

function sourceOf(model: ModelEntry): number {
  return model.id.startsWith('@hf/') ? SOURCES.huggingFace : SOURCES.cloudflare
}

/** A UUID that stays the same for a model; not the one the service gave it. */
function toId(model: string): string {
  const hex = createHash('sha256').update(model).digest('hex')
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ]
  return [...parts, hex.slice(20, 32)].join('-')
}

function positive(text: string | null, fallback: number): number {
  const number = Number(text ?? '')
  return Number.isInteger(number) && number > 0 ? number : fallback
}
