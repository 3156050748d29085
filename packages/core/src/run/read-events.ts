import { DroverError } from '../errors.ts'
import { guardJson, own } from '../json.ts'
import { expected } from '../option.ts'
import type { RunEvent } from './event.ts'
import { readInput } from './input.ts'

type Kind = 'string' | 'number' | 'boolean' | 'object'

/** What the state of a run is made from, by event; the rest of an event is only shown. */
const FIELDS: Readonly<Record<RunEvent['type'], string>> = {
  'run-start': 'runId:string model:string messages:object',
  'history-repaired': 'repairs:object',
  'history-trimmed': 'step:number',
  'model-request': 'step:number model:string maxTokens:number closing:boolean',
  'model-error': 'step:number',
  'model-reply':
    'step:number attempt:number text:string toolCalls:object finishReason:string usage:object durationMs:number',
  'call-recovered': 'step:number',
  'input-repaired': 'step:number',
  'tool-call': 'step:number toolCallId:string toolName:string',
  'tool-result': 'step:number toolCallId:string toolName:string output:string isError:boolean',
  'approval-request': 'step:number toolCallId:string toolName:string input:object inputHash:string',
  'approval-decision': 'toolCallId:string inputHash:string isApproved:boolean',
  'step-end': 'step:number',
  'run-end': 'stopReason:string text:string',
  'run-resume': 'model:string',
}

/**
 * Reads the events of a run that were stored: foreign data until it was looked at. The list is given back as it is.
 * @throws DroverError `config.input` with the place, where it is no list of a run's events from the first one on.
 */
export function readEvents(given: unknown): readonly RunEvent[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw expected('config.input', '`events`', 'all events of a run', given)
  }
  for (const [index, event] of given.entries()) readEvent(event, index)
  return given
}

function readEvent(event: unknown, index: number): void {
  const wrong = (what: string): DroverError =>
    new DroverError(
      'config.input',
      `Expected event ${index} to be ${what}. Give all events of one run, as they came.`,
    )
  try {
    guardJson(event, { maxKeys: 1_000_000, maxDepth: 80 })
  } catch {
    throw wrong('plain JSON')
  }
  const type = own(event, 'type')
  if (typeof type !== 'string' || !Object.hasOwn(FIELDS, type)) throw wrong('an event of a run')
  if (own(event, 'seq') !== index || typeof own(event, 'time') !== 'number') {
    throw wrong(`number ${index} of its run`)
  }
  if ((index === 0) !== (type === 'run-start')) throw wrong('in its place')
  const fields = FIELDS[type as RunEvent['type']] // just seen to be one of them
  for (const field of fields.split(' ')) {
    const [name, kind] = field.split(':') as [string, Kind?] // as the table above is written
    const value = own(event, name)
    if (value === null || typeof value !== kind) throw wrong(`a \`${type}\` with a \`${name}\``)
  }
  if (type === 'run-start') readInput(own(event, 'messages'), 'refuse')
  if (type === 'model-reply') readCalls(own(event, 'toolCalls'), wrong)
}

function readCalls(calls: unknown, wrong: (what: string) => DroverError): void {
  const isCall = (call: unknown): boolean =>
    typeof own(call, 'toolCallId') === 'string' && typeof own(call, 'toolName') === 'string'
  if (!Array.isArray(calls) || !calls.every(isCall)) throw wrong('a reply with a list of calls')
}
