import { rest, type GatewayOptions } from '@drover/rest'
import { describe, expect, test } from 'vitest'
import { sentWith } from './sent.ts'
import { thrownBy } from './thrown.ts'

test('a gateway is asked for by its id alone', async () => {
  const { headers } = await sentWith({ gateway: { id: 'my-gateway' } })
  expect(gatewayPart(headers)).toEqual({ 'cf-aig-gateway-id': 'my-gateway' })
})

test('every gateway option becomes its header', async () => {
  const { headers } = await sentWith({
    gateway: {
      id: 'my-gateway',
      skipCache: false,
      cacheTtl: 3600,
      cacheKey: 'key-1',
      collectLog: true,
      eventId: 'event-1',
      metadata: { user: 7, team: 'Zürich 🌦', trial: true, plan: null },
      requestTimeoutMs: 20_000,
      retries: { maxAttempts: 5, retryDelayMs: 1000, backoff: 'exponential' },
    },
  })
  expect(gatewayPart(headers)).toEqual({
    'cf-aig-gateway-id': 'my-gateway',
    'cf-aig-skip-cache': 'false',
    'cf-aig-cache-ttl': '3600',
    'cf-aig-cache-key': 'key-1',
    'cf-aig-collect-log': 'true',
    'cf-aig-event-id': 'event-1',
    'cf-aig-metadata': '{"user":7,"team":"Z\\u00fcrich \\ud83c\\udf26","trial":true,"plan":null}',
    'cf-aig-request-timeout': '20000',
    'cf-aig-max-attempts': '5',
    'cf-aig-retry-delay': '1000',
    'cf-aig-backoff': 'exponential',
  })
  expect(JSON.parse(headers['cf-aig-metadata'] ?? '')).toMatchObject({ team: 'Zürich 🌦' })
})

describe('before any request, a gateway is refused with', () => {
  test.for<readonly [what: string, gateway: unknown, says: string]>([
    ['no object', 'my-gateway', '`gateway`'],
    ['no id', {}, 'an object with an `id`'],
    ['an empty id', { id: '' }, '`gateway.id`'],
    ['a header in its id', { id: 'a\r\nauthorization: b' }, '`gateway.id`'],
    ['other letters in its key', { id: 'a', cacheKey: 'schlüssel' }, '`gateway.cacheKey`'],
    ['a text for a switch', { id: 'a', skipCache: 'yes' }, '`gateway.skipCache`'],
    ['NaN seconds', { id: 'a', cacheTtl: Number.NaN }, '`gateway.cacheTtl`'],
    ['no time at all', { id: 'a', requestTimeoutMs: 0 }, '`gateway.requestTimeoutMs`'],
    ['six attempts', { id: 'a', retries: { maxAttempts: 6 } }, 'from 1 to 5, got 6'],
    ['a long delay', { id: 'a', retries: { retryDelayMs: 5001 } }, 'from 0 to 5000, got 5001'],
    ['an unknown backoff', { id: 'a', retries: { backoff: 'random' } }, "'constant', 'linear'"],
    ['metadata that is a text', { id: 'a', metadata: 'team' }, '`gateway.metadata`'],
    ['metadata that is a list', { id: 'a', metadata: ['team'] }, '`gateway.metadata`'],
    ['nested metadata', { id: 'a', metadata: { a: {} } }, '`gateway.metadata`'],
  ])('%s', ([, gateway, says]) => {
    const error = thrownBy(
      () => rest({ accountId: 'account', apiToken: 'token', gateway: gateway as GatewayOptions }), // wrong on purpose
    )
    expect(error).toMatchObject({ code: 'config.invalid' })
    expect(String(error)).toContain(says)
  })
})

const gatewayPart = (headers: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name.startsWith('cf-aig-')))
