import type { ModelPrice } from '@drover/core'
import { knownModels, profileOf, retirementOf } from '@drover/core/wire'
import type { StreamVariant } from './streaming/stream-variant.ts'

/**
 * How a model's answers are shaped. `flat`: Llama 3's `{ response, tool_calls: [{ name, arguments }] }`. `scout`: the
 * same envelope around OpenAI-shaped calls. `chat`: a whole OpenAI `chat.completion`.
 */
export type Dialect = 'flat' | 'scout' | 'chat'

/** What the emulator knows of one model: what Drover's own profile of it says, and how the service serves it. */
export interface ModelEntry {
  readonly id: string
  readonly dialect: Dialect
  /** How it streams unless told otherwise. */
  readonly streams: StreamVariant
  /** Input and output tokens together; absent where Cloudflare states none. */
  readonly contextWindow?: number
  /** US dollars for a million tokens; absent where no price is known, which then costs nothing. */
  readonly price?: ModelPrice
  /** Whether the service holds it to JSON (`response_format`); the others ignore that field. */
  readonly jsonMode: boolean
  readonly callsTools: boolean
  readonly reasons: boolean
  /** The day the service retired it, `YYYY-MM-DD`. */
  readonly retiredOn?: string
}

const models: ReadonlyMap<string, ModelEntry> = new Map(
  knownModels().map((id) => [id, toEntry(id, profileOf(id))]),
)

/** The model with this id, live or retired, or `undefined`: the service then answers 5007. */
export function findModel(id: string): ModelEntry | undefined {
  const known = models.get(id)
  if (known !== undefined || retirementOf(id) === undefined) return known
  // The retired models outside the table all spoke natively, but for Kimi.
  const dialect = id.includes('/kimi-') ? 'chat' : 'flat'
  return toEntry(id, { ...profileOf(id), dialect })
}

/** Every model with a row of its own, in the order of Drover's table. */
export function listModels(): readonly ModelEntry[] {
  return [...models.values()]
}

function toEntry(id: string, profile: ReturnType<typeof profileOf>): ModelEntry {
  const { dialect, contextWindow, price, jsonMode, callsTools, reasons } = profile
  const retirement = retirementOf(id)
  return {
    id,
    dialect,
    streams: variantOf(id, dialect),
    jsonMode,
    callsTools,
    reasons,
    ...(contextWindow === undefined ? {} : { contextWindow }),
    ...(price === undefined ? {} : { price }),
    ...(retirement === undefined ? {} : { retiredOn: retirement.on }),
  }
}

/** As captured: Llama 3.3 streams as the newer backends do; the other Llama 3 models write their calls as text. */
function variantOf(id: string, dialect: Dialect): StreamVariant {
  if (dialect === 'chat') return 'chat'
  if (dialect === 'scout') return 'native-deltas'
  if (id.includes('/llama-3.3-')) return 'native-newer'
  return /\/(?:meta-)?llama-3/.test(id) ? 'native-leaked' : 'native'
}
