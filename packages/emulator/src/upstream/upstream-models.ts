import type { JsonValue } from '@drover/core'
import { isJsonObject, ownValue, parseJson } from '../json-object.ts'
import type { ErrorReply } from '../model-source.ts'
import type { UpstreamServer } from './upstream-server.ts'
import { send } from './upstream-server.ts'

/** A model by the server's own name, and what kind of server it is. */
export interface UpstreamModel {
  readonly name: string
  readonly kind: 'ollama' | 'llama.cpp' | 'vllm' | 'other'
}

/** Finds the server's name for a model of Workers AI. */
export interface ModelNames {
  readonly find: (model: string, init: RequestInit) => Promise<UpstreamModel | ErrorReply>
}

/** What the same models are called in Ollama's library and on Hugging Face; the first is the one to suggest. */
const COMMON_NAMES: ReadonlyMap<string, readonly string[]> = new Map([
  [
    '@cf/meta/llama-3.1-8b-instruct-fast',
    ['llama3.1:8b', 'meta-llama/Llama-3.1-8B-Instruct', 'meta-llama/Meta-Llama-3.1-8B-Instruct'],
  ],
  [
    '@cf/meta/llama-3.1-70b-instruct',
    ['llama3.1:70b', 'meta-llama/Llama-3.1-70B-Instruct', 'meta-llama/Meta-Llama-3.1-70B-Instruct'],
  ],
  [
    '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
    ['llama3.3:70b', 'meta-llama/Llama-3.3-70B-Instruct'],
  ],
  [
    '@cf/meta/llama-4-scout-17b-16e-instruct',
    ['llama4:scout', 'meta-llama/Llama-4-Scout-17B-16E-Instruct'],
  ],
  ['@cf/qwen/qwen3-30b-a3b-fp8', ['qwen3:30b', 'Qwen/Qwen3-30B-A3B-FP8', 'Qwen/Qwen3-30B-A3B']],
  ['@cf/zai-org/glm-4.7-flash', ['glm-4.7-flash', 'zai-org/GLM-4.7-Flash']],
  ['@cf/openai/gpt-oss-20b', ['gpt-oss:20b', 'openai/gpt-oss-20b']],
  ['@cf/openai/gpt-oss-120b', ['gpt-oss:120b', 'openai/gpt-oss-120b']],
])

/** What a server says it serves. */
interface Served {
  readonly kind: UpstreamModel['kind']
  readonly names: readonly string[]
}

/** Looks at what the server serves when a model is first asked for, and again while it has none for it. */
export function createModelNames(
  server: UpstreamServer,
  models: Readonly<Record<string, string>>,
): ModelNames {
  const given = new Map(Object.entries(models))
  const found = new Map<string, UpstreamModel>()
  const find = async (model: string, init: RequestInit): Promise<UpstreamModel | ErrorReply> => {
    const known = found.get(model)
    if (known !== undefined) return known
    const served = await readServed(server, init)
    const name = given.get(model) ?? given.get('*') ?? nameFor(model, served)
    if (name === undefined) return unknownModel(model, server, served)
    const result = { name, kind: served.kind }
    found.set(model, result)
    return result
  }
  return { find }
}

function nameFor(model: string, { names, kind }: Served): string | undefined {
  // A server that does not tell what it serves is asked for the model itself.
  if (names.length === 0 && kind === 'other') return model
  const wanted = [model, ...(COMMON_NAMES.get(model) ?? [])]
  const same = wanted.find((name) => names.includes(name) || names.includes(`${name}:latest`))
  // llama.cpp and vLLM are started with the model they serve: that one is meant.
  return same ?? (kind !== 'ollama' && names.length === 1 ? names[0] : undefined)
}

async function readServed(server: UpstreamServer, init: RequestInit): Promise<Served> {
  const response = await send(server, '/models', init)
  const body = parseJson(await response.text())
  const list = response.ok && isJsonObject(body) ? ownValue(body, 'data') : undefined
  const entries = Array.isArray(list) ? list.filter(isJsonObject) : []
  const names = entries.map((entry) => ownValue(entry, 'id'))
  // Ollama names the owner of each: `library` of its own, somebody's name of others.
  const kinds = entries.map((entry) => kindOf(ownValue(entry, 'owned_by')))
  return {
    kind: kinds.find((kind) => kind !== 'other') ?? 'other',
    names: names.filter((name) => typeof name === 'string'),
  }
}

// What each server writes of its own models: ollama/ollama openai/openai.go, llama.cpp tools/server, vllm entrypoints.
function kindOf(owner: JsonValue | undefined): UpstreamModel['kind'] {
  if (owner === 'library') return 'ollama'
  if (owner === 'llamacpp') return 'llama.cpp'
  return owner === 'vllm' ? 'vllm' : 'other'
}

function unknownModel(model: string, { baseUrl }: UpstreamServer, served: Served): ErrorReply {
  const { kind, names } = served
  const [common] = COMMON_NAMES.get(model) ?? []
  const pull =
    kind === 'ollama' && common !== undefined ? `Run \`ollama pull ${common}\`, or say` : 'Say'
  const list = names.length === 0 ? 'It serves none.' : `It serves ${shown(names)}.`
  const message =
    `The upstream at ${baseUrl} has no model known to be ${model}. ${pull} which one to use: ` +
    `\`models: { '${model}': '${names[0] ?? 'NAME'}' }\` of \`upstream\`, or ` +
    `\`drover emulate --model ${model}=${names[0] ?? 'NAME'}\`. ${list}`
  return { error: { code: 5007, message } }
}

function shown(names: readonly string[]): string {
  const first = names.slice(0, 8).map((name) => `\`${name.slice(0, 100)}\``)
  return (
    first.join(', ') +
    (names.length > first.length ? ` and ${names.length - first.length} more` : '')
  )
}
