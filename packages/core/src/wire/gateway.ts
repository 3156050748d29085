import { own } from '../json.ts'
import { checkOption, expected, integers, type OptionRule } from '../option.ts'

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

const RULES: readonly (readonly [path: string, rule: OptionRule])[] = [
  ['id', 'header'],
  ['cacheKey', 'header'],
  ['eventId', 'header'],
  ['skipCache', 'boolean'],
  ['collectLog', 'boolean'],
  ['cacheTtl', integers(0)],
  ['requestTimeoutMs', integers(1)],
  ['retries.maxAttempts', integers(1, 5)],
  ['retries.retryDelayMs', integers(0, 5000)],
  ['retries.backoff', ['constant', 'linear', 'exponential']],
]

/**
 * Checks gateway options before any request.
 * @throws DroverError `config.invalid` naming the field and its limits.
 */
export function checkGateway(gateway: GatewayOptions): void {
  const id: unknown = own(gateway, 'id')
  if (id === undefined) {
    throw expected('config.invalid', '`gateway`', 'an object with an `id`', gateway)
  }
  for (const [path, rule] of RULES) {
    checkOption(`gateway.${path}`, path.split('.').reduce(own, gateway as unknown), rule)
  }
  const metadata: unknown = gateway.metadata ?? {}
  if (!isRecord(metadata) || !Object.values(metadata).every(isPlain)) {
    const wanted = 'an object of texts, finite numbers, booleans and nulls'
    throw expected('config.invalid', '`gateway.metadata`', wanted, metadata)
  }
}

const isRecord = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isPlain = (value: unknown): boolean =>
  value === null ||
  typeof value === 'string' ||
  typeof value === 'boolean' ||
  Number.isFinite(value)
