import type { Runtime } from '@drover/core'
import { DroverError, systemRuntime } from '@drover/core'
import { ownValue } from '../json-object.ts'
import type { ModelReply, ModelRequest, ModelSource } from '../model-source.ts'
import { unreachable, toUpstreamError } from './upstream-error.ts'
import { createModelNames } from './upstream-models.ts'
import { readCompletion, readCompletionStream } from './upstream-reply.ts'
import { toUpstreamBody } from './upstream-request.ts'
import { send } from './upstream-server.ts'
import type { UpstreamServer } from './upstream-server.ts'

/** Which server answers, and as what. */
export interface UpstreamOptions {
  /**
   * Where an OpenAI-compatible server listens, such as `http://127.0.0.1:11434` for Ollama; `/v1` is added where it
   * names no path. The real service's is `https://api.cloudflare.com/client/v4/accounts/<id>/ai/v1`.
   */
  readonly baseUrl: string
  /** Sent as a bearer token, and kept out of errors. @default none: local servers want none */
  readonly apiKey?: string
  /**
   * What the server calls each model: `{ '@cf/meta/llama-3.1-8b-instruct-fast': 'qwen3:8b' }`. The name `*` stands for
   * every model not named.
   * @default the id itself, or the same model's common name in Ollama or on Hugging Face, or the only model served
   */
  readonly models?: Readonly<Record<string, string>>
  /** Its `fetch` is used. @default systemRuntime */
  readonly runtime?: Pick<Runtime, 'fetch'>
}

/**
 * A real model: whatever an OpenAI-compatible server runs (Ollama, llama.cpp, vLLM, the real account), in the clothes of
 * the Workers AI model that was asked for. Streams as the server does. What the server says against a request becomes
 * an error of the service with the server's own words and what to do.
 * @throws {DroverError} `config.invalid` when an option is not what it may be.
 */
export function upstream(options: UpstreamOptions): ModelSource {
  const { apiKey, runtime = systemRuntime } = options
  if (apiKey !== undefined && !/^[!-~]{1,4096}$/.test(apiKey)) {
    throw new DroverError(
      'config.invalid',
      'Expected `apiKey` to be 1 to 4,096 printable ASCII characters without a space.',
    )
  }
  const baseUrl = toBaseUrl(options.baseUrl)
  const server: UpstreamServer = { baseUrl, apiKey, fetch: runtime.fetch }
  const names = createModelNames(server, options.models ?? {})
  const reply = async (
    request: ModelRequest,
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<ModelReply> => {
    const init = signal === undefined ? {} : { signal }
    try {
      const name = await names.find(request.model, init)
      if ('error' in name) return name
      const body = toUpstreamBody(request, name)
      const response = await send(server, '/chat/completions', {
        ...init,
        method: 'POST',
        body: JSON.stringify(body),
      })
      if (!response.ok) return await toUpstreamError(response, { server, name: name.name })
      const type = response.headers.get('content-type') ?? ''
      const streams = ownValue(request.inputs, 'stream') === true && !type.includes('json')
      return streams && response.body !== null
        ? { live: readCompletionStream(response.body, server) }
        : readCompletion(await response.text(), server)
    } catch (error) {
      if (DroverError.is(error)) throw error
      return unreachable(server, error)
    }
  }
  return { name: 'upstream', reply }
}

function toBaseUrl(text: string): string {
  const url = URL.parse(text)
  const isHttp = url?.protocol === 'http:' || url?.protocol === 'https:'
  if (url === null || !isHttp || url.username !== '' || url.password !== '' || url.search !== '') {
    throw new DroverError(
      'config.invalid',
      'Expected `baseUrl` to be an http or https address without a user name, a password and a query, such as ' +
        '`http://127.0.0.1:11434/v1`. A key goes into `apiKey`.',
    )
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/chat\/completions$/, '')
  return `${url.origin}${path === '' ? '/v1' : path}`
}
