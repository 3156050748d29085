import { createAgent, generate, type Runtime } from '@drover/core'
import { fakeRuntime } from '@drover/core/testing'
import { describe, expect, test } from 'vitest'
import { model, yielding } from './subjects.ts'
import type { OpenScene } from './stage.ts'

const reason = new Error('The user went away.')

/** An abort settles at once with the caller's own reason, whatever is under way. */
export function describeAborts(open: OpenScene): void {
  describe('an abort rejects with its own reason', () => {
    test('before anything is sent', async () => {
      await using scene = await open(['Never.'])
      const run = createAgent({ backend: scene.backend, model }).run('Hi', {
        signal: AbortSignal.abort(reason),
      })
      await expect(run).rejects.toBe(reason)
      expect(await scene.requests()).toHaveLength(0)
    })

    test('while the model is thinking, and the connection is closed', async () => {
      await using scene = await open([{ fault: 'hang' }])
      const controller = new AbortController()
      const { signal } = controller
      const run = createAgent({ backend: scene.backend, model }).run('Hi', { signal })
      await scene.arrival(1)
      controller.abort(reason)
      await expect(run).rejects.toBe(reason)
      await scene.closing(1)
      expect(await scene.requests()).toHaveLength(1)
    })

    test('while one call is thinking', async () => {
      await using scene = await open([{ fault: 'hang' }])
      const controller = new AbortController()
      const { signal } = controller
      const call = generate({ backend: scene.backend, model, prompt: 'Hi', signal })
      await scene.arrival(1)
      controller.abort(reason)
      await expect(call).rejects.toBe(reason)
    })

    test('while it waits to try again, and nothing is sent any more', async () => {
      await using scene = await open([
        { error: { code: 3040, status: 429, message: 'Capacity' } },
        'Never.',
      ])
      const controller = new AbortController()
      // The wait has just begun at the moment of the abort; it would never end.
      const setTimer: Runtime['setTimer'] = (_callback, _ms, purpose) => {
        if (purpose !== 'limit') queueMicrotask(() => controller.abort(reason))
        return () => {}
      }
      const { backend } = scene
      const agent = createAgent({ backend, model, runtime: { ...fakeRuntime(), setTimer } })
      await expect(agent.run('Hi', { signal: controller.signal })).rejects.toBe(reason)
      expect(await scene.requests()).toHaveLength(1)
    })

    test('while a tool runs, and the model is not asked again', async () => {
      await using scene = await open([{ toolCalls: [{ toolName: 'slow', input: {} }] }, 'Never.'])
      const controller = new AbortController()
      const slow = yielding('slow', () => {
        controller.abort(reason)
        return new Promise(() => {})
      })
      const agent = createAgent({ backend: scene.backend, model, tools: [slow] })
      await expect(agent.run('Hi', { signal: controller.signal })).rejects.toBe(reason)
      expect(await scene.requests()).toHaveLength(1)
    })

    test('of one run, and leaves another on the same backend alone', async () => {
      await using scene = await open([{ fault: 'hang' }, { echo: true }])
      const controller = new AbortController()
      const agent = createAgent({ backend: scene.backend, model })
      const first = agent.run('first', { signal: controller.signal })
      await scene.arrival(1)
      const second = agent.run('second')
      controller.abort(reason)
      await expect(first).rejects.toBe(reason)
      expect((await second).text).toBe('second')
    })
  })
}
