import { DroverError, systemRuntime, type Backend, type Runtime } from '@drover/core'
import {
  checkGateway,
  checkModelId,
  checkOption,
  createRedaction,
  type GatewayOptions,
} from '@drover/core/wire'
import { readBaseUrl } from './base-url.ts'
import { checkCredentials } from './credentials.ts'
import { toGatewayHeaders } from './gateway-headers.ts'

/** How Workers AI is reached over HTTPS. */
export interface RestOptions {
  /** The account's id, 32 letters and digits in the dashboard. */
  readonly accountId: string
  /** A token with the Workers AI permission. Sent as a bearer token, and nowhere else to be seen. */
  readonly apiToken: string
  /**
   * The API's address, or that of a local Workers AI. Without a path, `/client/v4` is taken; `http:` is for this
   * machine only.
   * @default 'https://api.cloudflare.com/client/v4'
   */
  readonly baseUrl?: string
  /** Sends requests in place of the platform's `fetch`. */
  readonly fetch?: Runtime['fetch']
  /** Sends every request through this AI Gateway. */
  readonly gateway?: GatewayOptions
  /** Sent as `x-session-affinity`: requests of one session may reuse the prefix they share, read once. */
  readonly sessionAffinity?: string
}

/**
 * A backend that reaches Workers AI over its REST API. Everything is checked here, before any request.
 * @throws DroverError `config.credentials` for a missing or malformed account id or token, without their value;
 * `config.invalid` for another option.
 * @see https://developers.cloudflare.com/workers-ai/get-started/rest-api/
 */
export function rest(options: RestOptions): Backend {
  checkCredentials(options)
  const { accountId, apiToken, fetch: send = systemRuntime.fetch } = options
  if (typeof send !== 'function') {
    throw new DroverError(
      'config.invalid',
      `Expected \`fetch\` to be a function like the platform's, got a ${typeof send}.`,
    )
  }
  const address = `${readBaseUrl(options.baseUrl)}/accounts/${accountId}/ai/run/`
  const headers = toHeaders(options)
  return {
    name: 'rest',
    send: async (request, { signal }) => {
      checkModelId(request.model)
      return send(address + request.model, {
        method: 'POST',
        headers,
        body: request.body(),
        // The token would go along to wherever the redirect points.
        redirect: 'manual',
        signal: signal ?? null,
      })
    },
    redact: createRedaction([apiToken]),
  }
}

function toHeaders({
  apiToken,
  gateway,
  sessionAffinity,
}: RestOptions): Readonly<Record<string, string>> {
  if (gateway !== undefined) checkGateway(gateway)
  if (sessionAffinity !== undefined) checkOption('sessionAffinity', sessionAffinity, 'header')
  return {
    authorization: `Bearer ${apiToken}`,
    'content-type': 'application/json',
    ...(sessionAffinity !== undefined && { 'x-session-affinity': sessionAffinity }),
    ...(gateway !== undefined && toGatewayHeaders(gateway)),
  }
}
