import { DroverError } from '@drover/core'
import { nearest } from '@drover/core/wire'
import { streamVariants } from './stream-variant.ts'
import type { ErrorEventShape, StreamFault } from './stream-fault.ts'
import type { LineEnds, StreamChunks, StreamingOptions, StreamQuirk } from './streaming-options.ts'

type FaultType = StreamFault['type']

// Records, because the compiler then misses none of the words.
const CHUNKS = wordsOf<StreamChunks>({
  frame: true,
  frames: true,
  byte: true,
  random: true,
  whole: true,
})
const LINE_ENDS = wordsOf<LineEnds>({ lf: true, crlf: true, cr: true })
const QUIRKS = wordsOf<StreamQuirk>({
  'bare-done': true,
  'no-space': true,
  comments: true,
  fields: true,
  'data-lines': true,
  'byte-order-mark': true,
})
const SHAPES = wordsOf<ErrorEventShape>({
  errors: true,
  'error-object': true,
  'error-text': true,
  'internal-code': true,
  'named-event': true,
})

/** The fields that each fault has beside its type. */
const FAULTS: Readonly<Record<FaultType, readonly string[]>> = {
  silent: ['afterFrames'],
  cut: ['afterFrames', 'afterBytes'],
  'ended-early': ['afterFrames'],
  malformed: ['afterFrames'],
  'error-event': ['afterFrames', 'shape', 'code', 'message', 'followedByDone'],
  'after-done': [],
  html: [],
}

const FIELDS = wordsOf<keyof StreamingOptions>({
  variant: true,
  chunks: true,
  lineEnds: true,
  quirks: true,
  seed: true,
  delayMs: true,
  fault: true,
})

const MAX_DELAY_MS = 2_147_483_647
const MAX_SEED = 4_294_967_295

/**
 * Checks options at the door; they may come from code without types.
 * @throws {DroverError} `config.invalid` naming the field, what it may be, and the nearest of its words.
 */
export function checkStreaming(options: StreamingOptions): void {
  const fields = checkObject('streaming', options, FIELDS)
  checkWord('streaming.variant', fields['variant'], streamVariants)
  checkWord('streaming.chunks', fields['chunks'], CHUNKS)
  checkWord('streaming.lineEnds', fields['lineEnds'], LINE_ENDS)
  checkInteger('streaming.seed', fields['seed'], MAX_SEED)
  checkInteger('streaming.delayMs', fields['delayMs'], MAX_DELAY_MS)
  const { quirks, fault } = fields
  if (quirks !== undefined && !Array.isArray(quirks)) fail('streaming.quirks', 'a list', quirks)
  for (const quirk of Array.isArray(quirks) ? quirks : []) {
    checkWord('streaming.quirks', quirk ?? null, QUIRKS)
  }
  if (fault !== undefined) checkFault(fault)
}

function wordsOf<Word extends string>(words: Readonly<Record<Word, true>>): readonly string[] {
  return Object.keys(words)
}

function checkFault(fault: unknown): void {
  const types = Object.keys(FAULTS)
  const type = typeof fault === 'object' && fault !== null && 'type' in fault ? fault.type : null
  checkWord('streaming.fault.type', type ?? null, types)
  // One of the keys, as the line above has checked.
  const known = FAULTS[type as FaultType]
  const fields = checkObject('streaming.fault', fault, ['type', ...known])
  checkInteger('streaming.fault.afterFrames', fields['afterFrames'], Number.MAX_SAFE_INTEGER)
  checkInteger('streaming.fault.afterBytes', fields['afterBytes'], Number.MAX_SAFE_INTEGER)
  if (fields['afterFrames'] !== undefined && fields['afterBytes'] !== undefined) {
    throw invalid('Expected `streaming.fault` to have `afterFrames` or `afterBytes`, got both.')
  }
  checkWord('streaming.fault.shape', fields['shape'], SHAPES)
  checkInteger('streaming.fault.code', fields['code'], 99_999)
  checkType('streaming.fault.message', fields['message'], 'string')
  checkType('streaming.fault.followedByDone', fields['followedByDone'], 'boolean')
}

function checkObject(
  name: string,
  value: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    fail(name, 'an object', value)
  }
  const entries = Object.entries(value)
  for (const [field] of entries) {
    if (known.includes(field)) continue
    const choices = known.map((word) => `\`${word}\``).join(', ')
    throw invalid(
      `Expected \`${name}\` to have ${choices} only, got ${shown(field)}${hint(field, known)}`,
    )
  }
  return Object.fromEntries(entries)
}

function checkWord(name: string, value: unknown, words: readonly string[]): void {
  if (value === undefined || (typeof value === 'string' && words.includes(value))) return
  const choices = words.map((word) => `'${word}'`).join(', ')
  throw invalid(
    `Expected \`${name}\` to be one of ${choices}, got ${shown(value)}${hint(value, words)}`,
  )
}

function checkInteger(name: string, value: unknown, max: number): void {
  if (
    value === undefined ||
    (Number.isInteger(value) && Number(value) >= 0 && Number(value) <= max)
  )
    return
  fail(name, `an integer from 0 to ${max}`, value)
}

function checkType(name: string, value: unknown, type: 'string' | 'boolean'): void {
  if (value !== undefined && typeof value !== type) fail(name, `a ${type}`, value)
}

function hint(word: unknown, words: readonly string[]): string {
  const near = typeof word === 'string' ? nearest(word, words) : undefined
  return near === undefined ? '.' : `. Did you mean '${near}'?`
}

function fail(name: string, wanted: string, value: unknown): never {
  throw invalid(`Expected \`${name}\` to be ${wanted}, got ${shown(value)}.`)
}

function shown(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 100)) : String(value)
}

function invalid(message: string): DroverError {
  return new DroverError('config.invalid', message)
}
