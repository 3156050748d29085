import {
  createAgent,
  isRunEvent,
  type Agent,
  type AgentOptions,
  type Resumption,
  type RunInput,
  type RunResult,
  type RunStream,
} from '@drover/core'
import { planAborts, type Aborter } from './aborter.ts'
import { brokenHistory } from './broken-history.ts'
import { decide, forge } from './decider.ts'
import type { FaultKind } from './fault-kinds.ts'
import { OUTPUT } from './output.ts'
import { prepareStep } from './prepare-step.ts'
import { readAll } from './reader.ts'
import { createService } from './service.ts'
import type { Stage } from './stage.ts'
import { TOOLS } from './tools.ts'
import { createWitness } from './witness.ts'
import type { World } from './world.ts'

/** Of a run that is suspended again and again. */
const MAX_PARTS = 4

type AgentSettings = Omit<AgentOptions<Stage>, 'backend' | 'model'>

/** The agent of a world. Another one is the same agent in another process. */
export function createWorldAgent(world: World): Agent<Stage> {
  const { plan, runtime } = world
  const [model, ...fallback] = plan.models
  const note = (fields: object, said?: string): void => {
    if (world.seed % 8 === 0) world.logged.push(JSON.stringify([fields, said]))
  }
  // What a plan leaves open is not there.
  const settings = JSON.parse(JSON.stringify(plan)) as AgentSettings
  const options: AgentOptions<Stage> = {
    ...settings,
    model,
    fallback,
    ...(plan.prepares && { prepareStep }),
    backend: createService(world),
    tools: TOOLS,
    runtime,
    log: { debug: note, info: note, warn: note, error: note },
  }
  return plan.wantsOutput ? createAgent({ ...options, output: OUTPUT }) : createAgent(options)
}

/** Somebody who runs an agent, in one of many ways, to the end. Settles when nothing more is to come of it. */
export async function call(world: World, agent: Agent<Stage>, label: string): Promise<void> {
  const { faults, random } = world
  const run = createWitness(label)
  const stage: Stage = { world, run }
  world.runs.push(run)
  const fault = faults.draw('user')
  const aborter = planAborts(stage)
  let input: RunInput | Resumption = `Please help. I am ${label}.`
  if (fault === 'broken-history') {
    faults.hit(fault)
    input = brokenHistory(random, input)
  }
  let asked = agent
  while (run.parts < MAX_PARTS) {
    const result = await takePart(stage, asked, input, fault, aborter)
    if (result === undefined || run.aborted !== undefined) return
    if (result.stopReason !== 'suspended') {
      if (fault !== 'resumes-finished') return
      faults.hit(fault)
      await asked.run({ events: result.events, decisions: [] }, { context: stage })
      return
    }
    run.pending.push(...result.approvals)
    asked = createWorldAgent(world)
    await forge(stage, asked, result)
    const decisions = decide(stage, result.approvals)
    if (decisions.length === 0) return
    // As another process gets it.
    input = JSON.parse(JSON.stringify({ events: result.events, decisions }))
  }
}

/** Runs an agent until it ends or is suspended. */
async function takePart(
  stage: Stage,
  agent: Agent<Stage>,
  input: RunInput | Resumption,
  fault: FaultKind<'user'> | undefined,
  { signal, onPart }: Aborter,
): Promise<RunResult | undefined> {
  const { run, world } = stage
  run.parts++
  run.settledAt = undefined
  run.beganAt = world.clock.now()
  delete run.result
  world.active++
  const settle = (): void => {
    run.settledAt = world.clock.now()
    run.spentMs += run.settledAt - run.beganAt
    run.beganAt = run.settledAt
    world.active--
  }
  const options = { signal, context: stage }
  const isRead = fault === 'leaves-stream' || fault === 'reads-slowly' || fault === 'reads-nothing'
  let stream: RunStream | undefined
  try {
    if (!isRead && world.random.chance(0.3)) {
      onPart(undefined)
      const running = agent.run(input, options)
      running.then(settle, settle)
      run.result = await running
      run.isBlind = true
      run.shown.push(...run.result.events.slice(run.shown.filter(isRunEvent).length))
    } else {
      stream = agent.stream(input, options)
      onPart(stream)
      stream.result.then(settle, settle)
      await readAll(stage, stream, fault)
      run.result = await stream.result
    }
    run.events = run.result.events
  } catch (error) {
    run.failure = { error }
    // Who was given nothing but an error saw nothing of the events.
    if (stream !== undefined) return undefined
    run.shown.length = 0
    run.events = []
  }
  return run.result
}
