import type { Backend, FlatTool, FunctionTool, WireMessage, WireRequest } from '@drover/core'
import { CANARY, toFaultAnswer, type AnswerFault } from './fault-answer.ts'
import type { FaultKind } from './fault-kinds.ts'
import { checkRequest } from './invariants.ts'
import { renderReply } from './render-reply.ts'
import type { Stage } from './stage.ts'
import { timedBody, type TimedBody } from './timed-body.ts'
import type { SeenRequest, Witness } from './witness.ts'
import type { World } from './world.ts'

/** Longer than any answer is waited for. */
const TOO_LATE_MS = 400_000

/** Chunks of a body that comes in its own time. */
const MAX_PAUSES = 64

/** The Workers AI of a world: sees every request, and lies in every way. */
export function createService(world: World): Backend {
  const send = (request: WireRequest, signal: AbortSignal | undefined): Promise<Response> => {
    const text = world.random.chance(0.5) ? request.body() : JSON.stringify(request.inputs)
    const run = runOf(text, world.runs)
    const stage = { world, run }
    const seen = look(request, text, world, signal)
    checkRequest(stage, seen, request)
    run.requests.push(seen)
    world.point(run)
    const fault = world.faults.draw('answer')
    if (fault !== undefined) {
      seen.fault = fault
      world.faults.hit(fault)
    }
    return untilAborted(answer(stage, seen, fault), fault === 'send-is-deaf' ? undefined : signal)
  }
  return {
    name: 'simulated',
    send: (request, { signal }) =>
      new Promise((resolve) => {
        resolve(send(request, signal))
      }),
    redact: (said) => said.replaceAll(CANARY, '[secret]'),
  }
}

/** The run that a request belongs to: its label stands in what the user said. */
function runOf(text: string, runs: readonly Witness[]): Witness {
  const [first] = runs
  const found = runs.find(({ label }) => text.includes(`I am ${label}.`)) ?? first
  if (found === undefined) throw new Error('Expected a run to be under way.')
  return found
}

function look(
  { model }: WireRequest,
  text: string,
  { clock }: World,
  signal: AbortSignal | undefined,
): SeenRequest {
  const body: {
    readonly messages: readonly WireMessage[]
    readonly max_tokens: number
    readonly stream?: boolean
    readonly response_format?: object
    readonly tools?: readonly (FlatTool | FunctionTool)[]
  } = JSON.parse(text)
  return {
    at: clock.now(),
    model,
    text,
    body,
    messages: body.messages,
    maxTokens: body.max_tokens,
    isStreamed: body.stream === true,
    toolNames:
      body.tools?.map((tool) => ('function' in tool ? tool.function.name : tool.name)) ?? [],
    // The schema of JSON mode binds the model; it does not read it.
    inputTokens: Math.ceil((text.length - (JSON.stringify(body.response_format)?.length ?? 0)) / 5),
    billed: 0,
    signal,
  }
}

async function answer(
  stage: Stage,
  seen: SeenRequest,
  fault: FaultKind<'answer'> | undefined,
): Promise<Response> {
  const { world, run } = stage
  const { random, clock } = world
  const wait = (ms: number): Promise<void> =>
    ms === 0 ? Promise.resolve() : new Promise((resolve) => clock.after(ms, resolve))
  await wait(fault === 'late-answer' ? TOO_LATE_MS : random.pick([0, 0, 1, 20, 500]))
  world.point(run)
  // Who has left gets nothing.
  if (fault !== 'send-is-deaf') seen.signal?.throwIfAborted()
  switch (fault) {
    case 'network-error':
      throw new TypeError('fetch failed', { cause: new Error(`ECONNRESET with ${CANARY}`) })
    case 'send-hangs':
    case 'send-is-deaf':
      return new Promise(() => {})
    case undefined:
    case 'late-answer':
    case 'cut-body':
    case 'silent-body':
    case 'trickling-body':
      return reply(stage, seen, fault)
    default:
      return refuse(stage, seen, fault)
  }
}

function refuse({ world, run }: Stage, seen: SeenRequest, fault: AnswerFault): Response {
  const { status, headers, body, patienceMs, mayBeBilled } = toFaultAnswer(fault, world)
  // A wait that the run's time cuts is kept by the machine's clock.
  const isKept = patienceMs !== undefined && world.plan.jumps === undefined
  if (isKept) run.notBefore.set(seen.model, world.clock.now() + patienceMs)
  if (mayBeBilled) seen.billed = seen.inputTokens
  return new Response(body, { status, ...(headers && { headers }) })
}

function reply(
  stage: Stage,
  seen: SeenRequest,
  fault: 'late-answer' | 'cut-body' | 'silent-body' | 'trickling-body' | undefined,
): Response {
  const { random } = stage.world
  const {
    contentType,
    chunks,
    ending,
    wholeAfter,
    reply: served,
    isSlow,
  } = renderReply(stage, seen)
  const onSent = (): void => {
    served.isSent = true
  }
  const body = (timed: Partial<TimedBody>): Response =>
    new Response(
      timedBody(stage, {
        chunks,
        ending,
        wholeAfter,
        pauses: () => 0,
        onSent,
        signal: seen.signal,
        ...timed,
      }),
      {
        headers: { 'content-type': contentType },
      },
    )
  switch (fault) {
    case 'cut-body':
      return body({ chunks: cutInHalf(chunks), ending: 'cut', onSent: () => {} })
    case 'silent-body':
      return body({ chunks: cutInHalf(chunks), ending: 'open', onSent: () => {} })
    case 'trickling-body':
      return body({ pauses: () => random.pick([0, 9000]) })
    case 'late-answer':
    case undefined:
      if (isSlow) return body({ pauses: () => random.pick([0, 0, 5000, 29_000, 31_000, 70_000]) })
      // A pause before each of very many chunks would be very many events that all say the same.
      if (chunks.length < MAX_PAUSES && random.chance(0.5))
        return body({ pauses: () => random.pick([0, 0, 0, 1, 30]) })
      if (seen.isStreamed || ending !== 'end') return body({})
      onSent()
      return new Response(Buffer.concat(chunks), { headers: { 'content-type': contentType } })
  }
}

function cutInHalf(chunks: readonly Uint8Array[]): readonly Uint8Array[] {
  const whole = Buffer.concat(chunks)
  return [new Uint8Array(whole.subarray(0, Math.ceil(whole.length / 2)))]
}

/** As a connection does: it ends with its signal, unless it is deaf. */
function untilAborted(
  response: Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Response> {
  if (signal === undefined) return response
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    response.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
    if (signal.aborted) onAbort()
  })
}
