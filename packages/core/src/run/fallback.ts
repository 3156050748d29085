import { DroverError, type DroverErrorCode } from '../errors.ts'
import type { Logger } from '../log.ts'
import { expected } from '../option.ts'
import { resolveModel } from '../wire/model.ts'
import type { ModelProfile } from '../wire/profile.ts'

/** A model to ask where those before it cannot answer; an object where its profile is to be corrected. */
export type FallbackModel =
  | string
  | { readonly model: string; readonly profile?: Partial<ModelProfile> }

/** A model and what is known of it. */
export interface ChosenModel {
  readonly model: string
  readonly profile: ModelProfile
}

/**
 * The models of an agent, in the order in which they are asked. A retired one is left out, and said in the log, where
 * another remains.
 * @throws DroverError what `resolveModel` throws; `config.invalid` for a `fallback` that is no list.
 */
export function chooseModels(
  first: { readonly model: string; readonly profile?: Partial<ModelProfile> | undefined },
  fallback: readonly FallbackModel[],
  log: Logger,
): readonly [ChosenModel, ...ChosenModel[]] {
  if (!Array.isArray(fallback)) {
    throw expected('config.invalid', '`fallback`', 'a list of model ids', fallback)
  }
  const chosen: ChosenModel[] = []
  let retired: DroverError | undefined
  for (const entry of [first, ...fallback]) {
    const { model, profile } = typeof entry === 'string' ? { model: entry } : Object(entry)
    try {
      chosen.push({ model, profile: resolveModel(model, profile, log) })
    } catch (error) {
      if (!DroverError.is(error) || error.code !== 'model.retired') throw error
      if (fallback.length > 0) log.warn({ model }, error.message)
      retired ??= error
    }
  }
  const [head, ...rest] = chosen
  if (head === undefined) throw retired
  return [head, ...rest]
}

/** What says that this model does not answer, and nothing of whether another would. */
const OF_THE_MODEL: ReadonlySet<DroverErrorCode> = new Set<DroverErrorCode>([
  'model.retired',
  'model.empty',
  'model.no_call',
  'http.not_found',
  'http.forbidden',
  'http.rate_limited',
  'http.capacity',
  'http.timeout',
  'http.server',
])

/**
 * The place of the model to ask next, after the one at `current` failed for good; undefined where the error is final.
 * - A retired, unknown, forbidden, overloaded or failing model: the next one.
 * - A request that exceeds the window even trimmed: the next one whose window is larger.
 * - Anything else would be the same with every model: bad inputs, wrong credentials, refused content, no connection, and
 *   the daily allocation (`http.quota`), which belongs to the account.
 */
export function nextModel(
  models: readonly ChosenModel[],
  current: number,
  code: DroverErrorCode,
): number | undefined {
  const isTooLong = code === 'http.context_window'
  if (!isTooLong && !OF_THE_MODEL.has(code)) return undefined
  // Where no window is stated for the model that overflowed, any that is stated is worth a try.
  const outgrown = models[current]?.profile.contextWindow ?? 0
  const found = models.findIndex(
    ({ profile }, index) =>
      index > current && (!isTooLong || (profile.contextWindow ?? 0) > outgrown),
  )
  return found < 0 ? undefined : found
}
