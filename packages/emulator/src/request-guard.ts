import type { IncomingHttpHeaders } from 'node:http'

/** Why a request is turned away before anything of it is read. */
export interface Refusal {
  readonly status: 403 | 415
  readonly reason: string
}

/**
 * Keeps web pages out of a server on the user's machine: the exact `Host` (a rebound name does not pass), and on every
 * method no `Origin` or `Sec-Fetch-Site` of another site. Gives the refusal, or `undefined`.
 */
export function checkOrigin(headers: IncomingHttpHeaders, port: number): Refusal | undefined {
  const own = [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`]
  // workerd without miniflare sends the address the `Ai` class writes, not the one it connects to.
  if (!own.includes(headers.host ?? '') && headers.host !== 'workers-binding.ai') {
    return { status: 403, reason: `Expected \`Host\` to be ${own[0]} or ${own[1]}.` }
  }
  const { origin } = headers
  if (origin !== undefined && !own.some((host) => origin === `http://${host}`)) {
    return { status: 403, reason: 'Expected no `Origin` of another site.' }
  }
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') {
    return { status: 403, reason: 'Expected no request from another site.' }
  }
  return undefined
}

/**
 * A body must be said to be JSON, since a form or plain text is what another site's page can post unasked. curl's own
 * default type passes where a bearer token shows that no page sent it: the model pages' curl samples name no type.
 */
export function checkContentType(headers: IncomingHttpHeaders): Refusal | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return undefined
  const isCurlDefault = type === undefined || type === 'application/x-www-form-urlencoded'
  if (isCurlDefault && headers.authorization !== undefined) return undefined
  return { status: 415, reason: 'Expected `Content-Type: application/json`.' }
}
