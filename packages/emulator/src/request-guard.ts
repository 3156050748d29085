import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'

/** Why a request is turned away before anything of it is read. */
export interface Refusal {
  readonly status: 401 | 403 | 415
  readonly reason: string
}

/** Where the server listens, as far as it decides who may come. */
export interface GuardOptions {
  readonly port: number
  /** The interface that was asked for; other machines may reach it. Undefined: this machine alone. */
  readonly host: string | undefined
  readonly apiToken: string | undefined
}

/**
 * Keeps web pages out of a server on the user's machine: a path as target and one exact `Host` (a rebound name does not
 * pass), and on every method no `Origin` or `Sec-Fetch-Site` of another site. Where other machines can reach it, nothing
 * passes without the token. Gives the refusal, or `undefined`.
 */
export function checkAccess(request: IncomingMessage, options: GuardOptions): Refusal | undefined {
  const { headers } = request
  const own = ownNames(request, options)
  // A target that names a server of its own, as proxies get it, would go before `Host`.
  if (!/^\/(?![/\\])/.test(request.url ?? '')) {
    return { status: 403, reason: 'Expected a path with one slash before it as the target.' }
  }
  // workerd without miniflare sends the address the `Ai` class writes, not the one it connects to.
  const hosts = request.headersDistinct.host ?? []
  if (hosts.length !== 1 || ![...own, 'workers-binding.ai'].includes(hosts[0] ?? '')) {
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
  if (options.host === undefined || holdsToken(headers, options.apiToken)) return undefined
  const reason = 'Expected `Authorization: Bearer` with the token: other machines can reach this.'
  return { status: 401, reason }
}

/**
 * A body must be said to be JSON, since a form or plain text is what another site's page can post unasked. curl's own
 * default type passes where a bearer token shows that no page sent it: the model pages' curl samples name no type.
 */
export function checkContentType(headers: IncomingHttpHeaders): Refusal | undefined {
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type === 'application/json') return undefined
  const isCurlDefault = type === undefined || type === 'application/x-www-form-urlencoded'
  if (isCurlDefault && /^Bearer /i.test(headers.authorization ?? '')) return undefined
  return { status: 415, reason: 'Expected `Content-Type: application/json`.' }
}

function ownNames(request: IncomingMessage, { port, host }: GuardOptions): readonly string[] {
  const local = ['127.0.0.1', 'localhost', '[::1]']
  if (host === undefined) return local.map((name) => `${name}:${port}`)
  // An IPv4 address on a socket that also takes IPv6.
  const address = (request.socket.localAddress ?? '').replace(/^::ffff:/, '')
  return [...local, inUrl(address), inUrl(host)].map((name) => `${name}:${port}`)
}

/** An address as it stands in a URL. */
export function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}

function holdsToken(headers: IncomingHttpHeaders, token: string | undefined): boolean {
  // As it comes, or in the framing of miniflare's remote proxy.
  const sent = headers.authorization ?? String(headers['mf-header-authorization'])
  return token !== undefined && timingSafeEqual(digest(sent), digest(`Bearer ${token}`))
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}
