import { DroverError, type Backend } from '@drover/core'
import { checkGateway, checkModelId, checkOption, type GatewayOptions } from '@drover/core/wire'
import { readAnswer } from './answer.ts'
import { isUnsendable, withoutCancel } from './platform-proxy.ts'
import { readThrown } from './thrown-error.ts'

/** What of `env.AI` is used: the `Ai` class of Workers has it, and so does any object that stands in for it. */
export interface AiBinding {
  readonly run: (
    model: string,
    inputs: Record<string, unknown>,
    options: AiRunOptions,
  ) => Promise<unknown>
}

/** The third argument of `env.AI.run`. */
export interface AiRunOptions {
  readonly returnRawResponse: true
  readonly gateway?: GatewayOptions
  readonly extraHeaders?: Record<string, string>
  readonly signal?: AbortSignal
}

/** How requests go through the binding. */
export interface BindingOptions {
  /** Sends every request through this AI Gateway. */
  readonly gateway?: GatewayOptions
  /** Further headers of every request. Those that name model, content type and version stay the runtime's. */
  readonly extraHeaders?: Readonly<Record<string, string>>
  /** Sent as `x-session-affinity`: requests of one session may reuse the prefix they share, read once. */
  readonly sessionAffinity?: string
}

/**
 * A backend that reaches Workers AI through a Worker's `env.AI`. Everything is checked here, before any request.
 * @throws DroverError `config.invalid` where there is no binding (the message says how to configure one), or for an
 * option.
 * @see https://developers.cloudflare.com/workers-ai/configuration/bindings/
 */
export function binding(ai: AiBinding, settings: BindingOptions = {}): Backend {
  checkBinding(ai)
  // Always the same wish: the class keeps options on itself, so calls at the same time get each other's.
  const always = { ...toRunOptions(settings), returnRawResponse: true as const }
  return {
    name: 'binding',
    send: async (request, { signal }) => {
      checkModelId(request.model)
      signal?.throwIfAborted()
      // Called as a method, since the class has private fields; inside a function, since a stand-in may throw at once.
      const call = async (options: AiRunOptions): Promise<unknown> =>
        ai.run(request.model, { ...request.inputs }, options)
      const ask = (options: AiRunOptions): Promise<Response> =>
        call(options).then(readAnswer, readThrown)
      if (signal === undefined) return ask(always)
      const answer = ask({ ...always, signal }).catch((error: unknown) => {
        if (!isUnsendable(error)) throw error
        return ask(always).then(withoutCancel)
      })
      return untilAborted(answer, signal)
    },
  }
}

function checkBinding(ai: unknown): void {
  const given = Object(ai) as { readonly run?: unknown } // Object() of anything can be looked at
  if (typeof given.run === 'function') return
  const got = ai === undefined || ai === null ? 'nothing' : `a ${typeof ai} without \`run\``
  throw new DroverError(
    'config.invalid',
    `Expected \`binding(env.AI)\` to get the Workers AI binding, got ${got}. ` +
      'Add `"ai": { "binding": "AI" }` to the wrangler configuration, and pass `env.AI` itself.',
  )
}

function toRunOptions({
  gateway,
  extraHeaders = {},
  sessionAffinity,
}: BindingOptions): Omit<AiRunOptions, 'returnRawResponse'> {
  if (gateway !== undefined) checkGateway(gateway)
  if (sessionAffinity !== undefined) checkOption('sessionAffinity', sessionAffinity, 'header')
  for (const [name, value] of Object.entries(extraHeaders)) {
    if (/^[\w!#$%&'*+.^`|~-]+$/.test(name)) checkOption(`extraHeaders["${name}"]`, value, 'header')
    else throw new DroverError('config.invalid', 'Expected `extraHeaders` to have header names.')
  }
  const headers = {
    ...extraHeaders,
    ...(sessionAffinity !== undefined && { 'x-session-affinity': sessionAffinity }),
  }
  return {
    ...(gateway !== undefined && { gateway }),
    ...(Object.keys(headers).length > 0 && { extraHeaders: headers }),
  }
}

/** The answer, or the signal's reason at once: runtimes before March 2026 do not know the signal. */
function untilAborted(answer: Promise<Response>, signal: AbortSignal): Promise<Response> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      reject(signal.reason)
      // An answer that comes all the same is not read: its connection is given back.
      answer.then((response) => response.body?.cancel()).catch(() => {})
    }
    signal.addEventListener('abort', onAbort, { once: true })
    answer.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
