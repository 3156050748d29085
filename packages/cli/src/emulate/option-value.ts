import { DroverError } from '@drover/core'
import type { MisbehaveOptions } from '@drover/emulator'
import { readMisbehaveHeader } from '@drover/emulator'
import { InvalidArgumentError } from 'commander'

const MAX_PORT = 65_535
const MAX_SEED = 4_294_967_295

export function toPort(text: string): number {
  return toInteger(text, MAX_PORT)
}

export function toCount(text: string): number {
  return toInteger(text, MAX_SEED)
}

/** `@cf/…=name`, or a name for every model; later ones are added. */
export function toModels(
  text: string,
  before: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> {
  const [, model = '*', name = ''] = /^(?:(@[^=]+)=)?(.+)$/.exec(text) ?? []
  if (name === '') throw new InvalidArgumentError('Expected a name, or `@cf/…=name`.')
  return { ...before, [model]: name }
}

/** `leak=0.3,429`, or `list`. */
export function toMisbehaviours(text: string): MisbehaveOptions | 'list' {
  if (text === 'list') return text
  try {
    return readMisbehaveHeader(text)
  } catch (error) {
    throw DroverError.is(error) ? new InvalidArgumentError(error.message) : error
  }
}

function toInteger(text: string, max: number): number {
  const value = Number(text)
  if (!/^\d+$/.test(text) || value > max) {
    throw new InvalidArgumentError(`Expected an integer from 0 to ${max}.`)
  }
  return value
}
