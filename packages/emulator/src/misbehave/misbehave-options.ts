import { DroverError } from '@drover/core'
import { nearest } from '@drover/core/wire'
import type { MisbehaviourName } from './misbehaviours.ts'
import { misbehaviourByName } from './misbehaviours.ts'

/** How often: a part of all requests from 0 to 1, each of them, or the first one that it can strike. */
export type MisbehaveRate = number | 'always' | 'once'

/** What goes wrong, and how often. */
export type MisbehaveOptions = { readonly [Name in MisbehaviourName]?: MisbehaveRate } & {
  /**
   * An integer from 0 to 4,294,967,295. The n-th request of an emulator is struck by the same, in the same way, each
   * time; where `streaming` has no seed of its own, answers are the same bytes but for what `runtime` gives.
   * @default another for each emulator
   */
  readonly seed?: number
}

const MAX_SEED = 4_294_967_295

/**
 * Checks options at the door; they may come from code without types.
 * @throws {DroverError} `config.invalid` naming the nearest name, or what a rate may be.
 */
export function checkMisbehave(options: MisbehaveOptions): void {
  const value: unknown = options
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalid(`Expected \`misbehave\` to be an object of names and rates.`)
  }
  for (const [name, rate] of Object.entries(options)) {
    if (name === 'seed') checkSeed(rate)
    else {
      checkName(name)
      checkRate(name, rate)
    }
  }
}

/**
 * Checks the names of a list: those of one reply.
 * @throws {DroverError} `config.invalid` naming the nearest name.
 */
export function checkMisbehaviourNames(names: readonly MisbehaviourName[]): void {
  const list: unknown = names
  if (!Array.isArray(list)) throw invalid('Expected `misbehave` of a reply to be a list of names.')
  for (const name of list) checkName(String(name))
}

/**
 * Reads the header of a request: names with commas between them, each with `=` and a rate where it is not each time.
 * @throws {DroverError} `config.invalid` naming the nearest name, or what a rate may be.
 */
export function readMisbehaveHeader(header: string): MisbehaveOptions {
  const entries = header.split(',').map((part) => {
    const [name = '', rate = 'always'] = part.split('=').map((text) => text.trim())
    return [name, rate === 'always' || rate === 'once' || rate === '' ? rate : Number(rate)]
  })
  // Whatever it is: the next line throws unless it is what the type says.
  const options = Object.fromEntries(entries) as MisbehaveOptions
  checkMisbehave(options)
  return options
}

function checkName(name: string): void {
  if (misbehaviourByName.has(name)) return
  const near = nearest(name, [...misbehaviourByName.keys()])
  const hint = near === undefined ? '`misbehaviours` lists them all.' : `Did you mean '${near}'?`
  throw invalid(
    `Expected the name of a misbehaviour, got ${JSON.stringify(name.slice(0, 100))}. ${hint}`,
  )
}

function checkRate(name: string, rate: unknown): void {
  if (rate === undefined || rate === 'always' || rate === 'once') return
  if (typeof rate === 'number' && rate >= 0 && rate <= 1) return
  throw invalid(
    `Expected \`misbehave['${name}']\` to be a number from 0 to 1, 'always' or 'once', got ${shown(rate)}.`,
  )
}

function checkSeed(seed: unknown): void {
  if (seed === undefined) return
  if (typeof seed === 'number' && Number.isInteger(seed) && seed >= 0 && seed <= MAX_SEED) return
  throw invalid(
    `Expected \`misbehave.seed\` to be an integer from 0 to ${MAX_SEED}, got ${shown(seed)}.`,
  )
}

function shown(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)
}

function invalid(message: string): DroverError {
  return new DroverError('config.invalid', message)
}
