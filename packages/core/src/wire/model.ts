import { DroverError } from '../errors.ts'
import { own } from '../json.ts'
import type { Logger } from '../log.ts'
import { nearest } from '../nearest.ts'
import { checkOption, expected, integers } from '../option.ts'
import { checkModelId } from './model-id.ts'
import { knownModels, profileOf, type ModelProfile } from './profile.ts'
import { retirementOf } from './retirement.ts'

/** The seed model that is retired at the service but that a local Workers AI still serves: warned of, not refused. */
const STILL_SERVED = '@cf/meta/llama-3.1-70b-instruct'

const warned = new WeakMap<Logger, Set<string>>()

/**
 * Finds what Drover knows of a model. A retired one that may still be served is said once per logger.
 * @param given what the caller says of a model Drover does not know; `{}` is enough to admit it
 * @throws DroverError `config.model` for an unknown id (near ones suggested), `model.retired` for a retired one (a live
 * replacement named), `config.invalid` for a profile that cannot be, all before any request.
 */
export function resolveModel(
  model: unknown,
  given: Partial<ModelProfile> | undefined,
  log: Logger,
): ModelProfile {
  checkModelId(model)
  checkOption('profile.maxTokens', given?.maxTokens, integers(1))
  checkOption('profile.toolFormat', given?.toolFormat, ['flat', 'function'])
  checkOption('profile.history', given?.history, ['llama', 'openai'])
  checkOption('profile.dialect', given?.dialect, ['flat', 'scout', 'chat'])
  for (const name of [
    'streamsTools',
    'heedsToolChoice',
    'parallelCalls',
    'callsTools',
    'reasons',
    'jsonMode',
  ] as const)
    checkOption(`profile.${name}`, given?.[name], 'boolean')
  checkOption('profile.contextWindow', given?.contextWindow, integers(1))
  checkPrice(given?.price)
  const retirement = retirementOf(model)
  if (retirement !== undefined && given === undefined) {
    const message = `The model \`${model}\` was retired on ${retirement.on}. Use \`${retirement.successor}\` instead.`
    if (model !== STILL_SERVED) throw new DroverError('model.retired', message)
    warnOnce(log, model, message)
  }
  if (given !== undefined || knownModels().includes(model)) return profileOf(model, given)
  const near = nearest(model, knownModels())
  throw new DroverError(
    'config.model',
    `The model \`${model}\` is unknown.${near ? ` Did you mean \`${near}\`?` : ''} ` +
      'For a model newer than this version of Drover, pass `profile: {}`.',
  )
}

function checkPrice(price: unknown): void {
  if (price === undefined) return
  if (typeof price !== 'object' || price === null) {
    const wanted = '`{ input, output }`, in US dollars for a million tokens'
    throw expected('config.invalid', '`profile.price`', wanted, price)
  }
  for (const name of ['input', 'output', 'cachedInput']) {
    const value = own(price, name)
    if (name === 'cachedInput' && value === undefined) continue
    checkOption(`profile.price.${name}`, value ?? null, { min: 0, max: Number.MAX_SAFE_INTEGER })
  }
}

function warnOnce(log: Logger, model: string, message: string): void {
  const models = warned.get(log) ?? new Set()
  if (models.has(model)) return
  warned.set(log, models.add(model))
  log.warn({ model }, message)
}
