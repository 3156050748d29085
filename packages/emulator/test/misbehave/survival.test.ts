import { createAgent, DroverError, systemRuntime, tool } from '@drover/core'
import type { Message, RunEvent, Runtime } from '@drover/core'
import { rest } from '@drover/rest'
import { expect, test } from 'vitest'
import * as z from 'zod'
import type { MisbehaveOptions } from '../../src/index.ts'
import { misbehaviours, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'
import { GLM } from './struck.ts'

/** Waits are over at once, limits come early: what hangs is cut within the second. */
const hasty: Runtime = {
  ...systemRuntime,
  setTimer: (callback, ms, purpose = 'wait') =>
    systemRuntime.setTimer(callback, purpose === 'wait' ? 0 : Math.min(ms, 400)),
}

const weather = tool({
  name: 'get_weather',
  description: 'Current weather in a city',
  input: z.object({ city: z.string().describe('City name') }),
  effect: 'read',
  execute: ({ city }) => ({ city, celsius: 26 }),
})

/** How a run of an agent ended, and what it leaves behind. */
interface Ended {
  readonly text: string
  readonly error?: DroverError
  readonly messages: readonly Message[]
}

async function live(misbehave: MisbehaveOptions, model: string, stream: boolean): Promise<Ended> {
  await using emulator = await startEmulator({ misbehave, runtime: hasty })
  const backend = rest({
    accountId: ACCOUNT,
    apiToken: 'token',
    baseUrl: emulator.url,
    runtime: hasty,
  })
  const agent = createAgent({ backend, model, tools: [weather], runtime: hasty, maxSteps: 6 })
  const events: RunEvent[] = []
  try {
    const result = await agent.run('Is it warm in Lisbon?', { stream })
    return { text: result.text, messages: result.messages }
  } catch (error) {
    if (!DroverError.is(error)) throw error
    return { text: '', error, messages: [] }
  } finally {
    events.length = 0
  }
}
