import type { JsonValue } from '@drover/core'
import { dialects } from '../wire/dialects.ts'
import type { FaultKind } from './fault-kinds.ts'
import { spoil, type WrittenCall } from './spoil-call.ts'
import type { Stage } from './stage.ts'
import { TOOL_NAMES } from './tools.ts'
import type { MadeCall, SeenRequest } from './witness.ts'

/** What the model of a world says to one request. */
export interface Said {
  readonly text: string
  /** As they are written. */
  readonly calls: readonly WrittenCall[]
  /** As they are meant: those that are written into the text as well. */
  readonly made: readonly MadeCall[]
  /** The text, where nothing else hides in it. */
  readonly plainText: string | undefined
  /** It said too much for the room it has. */
  readonly isLong: boolean
}

/** The model of a world: calls tools, or answers, and now and then does it badly. */
export function say(
  stage: Stage,
  request: SeenRequest,
  fault: FaultKind<'reply'> | undefined,
): Said {
  const { world, run } = stage
  const { random, faults, plan } = world
  const text = `${random.pick(SENTENCES)} (${run.label} ${world.number()})`
  const wantsCalls = request.toolNames.length > 0 && random.chance(plan.eagerness)
  switch (fault) {
    case 'long-text':
      faults.hit(fault)
      return plain(text + ' and so on'.repeat(request.isStreamed ? 60 : random.pick([200, 13_200])))
    case 'cut-reply':
      if (request.maxTokens > 64 && plan.budget === undefined) break
      faults.hit(fault)
      return { ...speak(stage, wantsCalls, text, 1), isLong: true, plainText: undefined }
    case 'lone-surrogates':
      faults.hit(fault)
      return { ...plain(`${text} \ud83d and \udca5 too`), plainText: undefined }
    case 'text-like-calls':
      faults.hit(fault)
      return { ...plain(`${text} ${random.pick(LIKE_CALLS)}`), plainText: undefined }
    case 'calls-in-closing':
      if (request.toolNames.length > 0) break
      faults.hit(fault)
      return speak(stage, true, random.chance(0.5) ? text : '', 1)
    case 'many-calls':
      if (!wantsCalls) break
      faults.hit(fault)
      return speak(stage, true, '', 20)
    case 'repeated-call': {
      const last = [...run.calls.values()].at(-1)
      if (!wantsCalls || last?.meant === undefined) break
      faults.hit(fault)
      const call = { toolName: last.toolName, input: last.meant }
      return { text: '', calls: [call], made: [last], plainText: undefined, isLong: false }
    }
    case 'leaked-calls': {
      if (!wantsCalls) break
      const said = speak(stage, true, '', random.int(1, 2), false)
      const written = said.calls.map(({ toolName, input }) => ({
        toolName,
        input: input as Readonly<Record<string, JsonValue>>, // unspoilt inputs are objects
      }))
      const able = Object.values(dialects).filter(({ canRender }) => canRender?.(written) ?? true)
      const { render, place } = random.pick(able)
      const lead = place === 'alone' || random.chance(0.5) ? '' : "I'll look it up:\n"
      faults.hit(fault)
      return { ...said, calls: [], text: lead + render(written), plainText: undefined }
    }
  }
  if (plan.wantsOutput && !wantsCalls) return giveOutput(stage, request)
  return speak(stage, wantsCalls, wantsCalls && random.chance(0.7) ? '' : text, random.int(1, 3))
}

/** Gives the object that is wanted, as a call or as text, or one that does not fit. */
function giveOutput({ world, run }: Stage, { toolNames }: SeenRequest): Said {
  const { random } = world
  const output = { verdict: `warm (${run.label} ${world.number()})`, score: random.int(1, 9) }
  run.outputs.push(output)
  const input = random.chance(0.8) ? output : { verdict: output.verdict }
  const toolName = toolNames.find((name) => name.startsWith('final_answer'))
  const calls = toolName !== undefined && random.chance(0.8) ? [{ toolName, input }] : []
  const text = calls.length > 0 ? '' : JSON.stringify(input)
  return { text, calls, made: [], plainText: undefined, isLong: false }
}

const plain = (text: string): Said => ({
  text,
  calls: [],
  made: [],
  plainText: text,
  isLong: false,
})

function speak(
  stage: Stage,
  wantsCalls: boolean,
  text: string,
  count: number,
  mayBeSpoilt = true,
): Said {
  if (!wantsCalls) return plain(text)
  const pairs = Array.from({ length: count }, () => makeCall(stage, mayBeSpoilt))
  return {
    text,
    calls: pairs.map(({ written }) => written),
    made: pairs.map(({ made }) => made),
    plainText: text,
    isLong: false,
  }
}

function makeCall(
  { world, run }: Stage,
  mayBeSpoilt: boolean,
): { readonly written: WrittenCall; readonly made: MadeCall } {
  const { random, faults, plan } = world
  const toolName = random.pick(TOOL_NAMES)
  const mark = `${run.label}m${world.number()}`
  const amount = random.int(12, 99)
  const input = {
    mark,
    amount,
    ...(random.chance(0.3) && { note: random.pick(['later', 'größer', '{"a": 1}', 'x\ny']) }),
    ...(random.chance(0.3) && { tags: ['one', 'two'] }),
  }
  const fault = mayBeSpoilt ? faults.draw('call') : undefined
  if (fault !== undefined) faults.hit(fault)
  const written = { toolName, input }
  const spoilt = fault && spoil(fault, written, random, plan.repair)
  const meant = spoilt?.mayRun === false ? undefined : { note: 'none', ...input, ...spoilt?.meant }
  const made = { mark, toolName, meant, replies: [] }
  run.calls.set(mark, made)
  return { written: spoilt?.call ?? written, made }
}

const SENTENCES = [
  'It is warm in Lisbon.',
  'Das Ergebnis ist größer als erwartet 🎉',
  'The sum is 42 and 7.',
  'Nothing was found; [1] and {2} are empty.',
  '日本語の答えです。',
  'Use `a < b` here.',
  'x',
]

/** What looks like a call and is none. */
const LIKE_CALLS = [
  '{"name": "nobody", "parameters": {}}',
  'Call look_up for that.',
  '<tool_call>',
  '```json\n{"mark": 1}\n```',
  '[look_up]',
]
