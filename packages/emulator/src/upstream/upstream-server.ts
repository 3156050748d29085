import type { Runtime } from '@drover/core'

/** What every request to the server needs. */
export interface UpstreamServer {
  /** Without a slash at the end. */
  readonly baseUrl: string
  readonly apiKey: string | undefined
  readonly fetch: Runtime['fetch']
}

/** One request, with the key. */
export function send(
  { baseUrl, apiKey, fetch }: UpstreamServer,
  path: string,
  init: RequestInit,
): Promise<Response> {
  const headers = {
    accept: 'application/json, text/event-stream',
    ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
  }
  return fetch(`${baseUrl}${path}`, { ...init, headers })
}
