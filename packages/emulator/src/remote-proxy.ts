import type { IncomingHttpHeaders } from 'node:http'

/** The request as its sender meant it. */
export interface UnwrappedRequest {
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

const HEADER_PREFIX = 'mf-header-'

/**
 * Takes off miniflare's remote-proxy framing, in which the `Ai` class's requests come from miniflare, wrangler and
 * vitest: everything goes to `/`, the address stands in `MF-URL`, each header is renamed `MF-Header-<name>`. Gives
 * `undefined` when the address cannot be parsed.
 */
export function unwrapRemoteProxy(
  url: string,
  headers: IncomingHttpHeaders,
): UnwrappedRequest | undefined {
  const framed = headers['mf-url']
  const parsed = URL.parse(typeof framed === 'string' ? framed : url, 'http://emulator.local')
  if (parsed === null) return undefined
  if (framed === undefined) return { url: parsed, headers }
  const inner = Object.entries(headers)
    .filter(([name]) => name.startsWith(HEADER_PREFIX))
    .map(([name, value]) => [name.slice(HEADER_PREFIX.length), value] as const)
  return { url: parsed, headers: Object.fromEntries(inner) }
}
