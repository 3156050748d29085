import { DroverError } from '../errors.ts'
import { checkNumber } from '../option.ts'
import { checkHeaderText } from './header-text.ts'

/**
 * Sends requests through an AI Gateway of the account. What is left out, the gateway's own settings decide.
 * @see https://developers.cloudflare.com/ai-gateway/
 */
export interface GatewayOptions {
  /** The gateway's id in the account. */
  readonly id: string
  /** True asks the model even where the gateway has the answer stored. */
  readonly skipCache?: boolean
  /** How long the gateway may keep the answer, in seconds. */
  readonly cacheTtl?: number
  /** Stores the answer under this key in place of one made from the request. */
  readonly cacheKey?: string
  /** Whether the gateway logs the request. */
  readonly collectLog?: boolean
  /** Ties the request to an event of yours in the gateway's log. */
  readonly eventId?: string
  /** Shown in the gateway's log. Never put a secret there. */
  readonly metadata?: Readonly<Record<string, string | number | boolean | null>>
  /** How long the gateway waits for the model, in milliseconds, at least 1. */
  readonly requestTimeoutMs?: number
  /** Attempts the gateway makes by itself; each of Drover's own attempts may become that many. */
  readonly retries?: {
    readonly maxAttempts?: 1 | 2 | 3 | 4 | 5
    /** 0 to 5,000 milliseconds. */
    readonly retryDelayMs?: number
    readonly backoff?: 'constant' | 'linear' | 'exponential'
  }
}

const MAX_INTEGER = Number.MAX_SAFE_INTEGER

/**
 * Checks gateway options before any request.
 * @throws DroverError `config.invalid` naming the field and its limits.
 */
export function checkGateway(gateway: GatewayOptions): void {
  if (typeof gateway !== 'object' || gateway === null) {
    throw invalid(`Expected \`gateway\` to be an object with an \`id\`, got ${kindOf(gateway)}.`)
  }
  checkHeaderText('gateway.id', gateway.id)
  for (const field of ['cacheKey', 'eventId'] as const) {
    if (gateway[field] !== undefined) checkHeaderText(`gateway.${field}`, gateway[field])
  }
  for (const field of ['skipCache', 'collectLog'] as const) {
    const value: unknown = gateway[field]
    if (value === undefined || typeof value === 'boolean') continue
    throw invalid(`Expected \`gateway.${field}\` to be true or false, got ${kindOf(value)}.`)
  }
  const { cacheTtl, requestTimeoutMs, metadata, retries = {} } = gateway
  checkNumber('gateway.cacheTtl', cacheTtl, { min: 0, max: MAX_INTEGER, integer: true })
  checkNumber('gateway.requestTimeoutMs', requestTimeoutMs, {
    min: 1,
    max: MAX_INTEGER,
    integer: true,
  })
  checkNumber('gateway.retries.maxAttempts', retries.maxAttempts, { min: 1, max: 5, integer: true })
  checkNumber('gateway.retries.retryDelayMs', retries.retryDelayMs, {
    min: 0,
    max: 5000,
    integer: true,
  })
  if (
    retries.backoff !== undefined &&
    !['constant', 'linear', 'exponential'].includes(retries.backoff)
  ) {
    throw invalid("Expected `gateway.retries.backoff` to be 'constant', 'linear' or 'exponential'.")
  }
  if (metadata !== undefined) checkMetadata(metadata)
}

function checkMetadata(metadata: unknown): void {
  const isRecord = typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata)
  if (isRecord && Object.values(metadata).every(isPlain)) return
  throw invalid(
    'Expected `gateway.metadata` to be an object of texts, finite numbers, booleans and nulls.',
  )
}

const isPlain = (value: unknown): boolean =>
  value === null ||
  ['string', 'boolean'].includes(typeof value) ||
  (typeof value === 'number' && Number.isFinite(value))

const invalid = (message: string): DroverError => new DroverError('config.invalid', message)

const kindOf = (value: unknown): string => (value === null ? 'null' : `a ${typeof value}`)
