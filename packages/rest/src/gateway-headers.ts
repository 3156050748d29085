import type { GatewayOptions } from '@drover/core/wire'

/**
 * Gateway options as headers.
 * @see https://developers.cloudflare.com/ai-gateway/configuration/
 */
export function toGatewayHeaders(gateway: GatewayOptions): Readonly<Record<string, string>> {
  const { retries = {}, metadata } = gateway
  const headers: Readonly<Record<string, string | number | boolean | undefined>> = {
    'cf-aig-gateway-id': gateway.id,
    'cf-aig-skip-cache': gateway.skipCache,
    'cf-aig-cache-ttl': gateway.cacheTtl,
    'cf-aig-cache-key': gateway.cacheKey,
    'cf-aig-collect-log': gateway.collectLog,
    'cf-aig-event-id': gateway.eventId,
    'cf-aig-metadata': metadata === undefined ? undefined : toAsciiJson(metadata),
    'cf-aig-request-timeout': gateway.requestTimeoutMs,
    'cf-aig-max-attempts': retries.maxAttempts,
    'cf-aig-retry-delay': retries.retryDelayMs,
    'cf-aig-backoff': retries.backoff,
  }
  return Object.fromEntries(
    Object.entries(headers)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, String(value)]),
  )
}

/** A header carries no other letters; JSON can write all of them with these. */
const toAsciiJson = (value: object): string =>
  JSON.stringify(value).replace(
    /[^\x20-\x7e]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
