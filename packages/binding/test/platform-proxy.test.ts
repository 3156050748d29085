import { binding } from '@drover/binding'
import { expect, test } from 'vitest'
import { standIn, type StandIn } from './stand-in.ts'

const request = {
  model: '@cf/meta/llama-3.1-8b-instruct-fast',
  inputs: { prompt: 'Hi' },
  body: () => '',
}
const signal = new AbortController().signal

/** As what `getPlatformProxy` hands out: it refuses what cannot be written as text. */
function platformProxy(give: () => Response): StandIn {
  return standIn(({ options }) => {
    if (options.signal === undefined) return give()
    throw Object.assign(new Error('Cannot stringify arbitrary non-POJOs'), { name: 'DevalueError' })
  })
}

test('a stand-in that cannot send a signal is asked without', async () => {
  const ai = platformProxy(() => Response.json({ response: 'Hello' }, { headers: { a: 'b' } }))
  const response = await binding(ai).send(request, { signal })
  expect(await response.json()).toEqual({ response: 'Hello' })
  expect(response.headers.get('a')).toBe('b')
  expect(ai.calls.map(({ options }) => 'signal' in options)).toEqual([true, false])
})

test('a body of such a stand-in is read to its end where it would be cancelled', async () => {
  let read = 0
  let cancelled = false
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      read += 1
      if (read > 5) controller.close()
      else controller.enqueue(new Uint8Array([read]))
    },
    cancel: () => {
      cancelled = true
    },
  })
  const response = await binding(platformProxy(() => new Response(body))).send(request, { signal })
  const reader = response.body?.getReader()
  expect((await reader?.read())?.value).toEqual(new Uint8Array([1]))
  await reader?.cancel()
  await expect.poll(() => read).toBe(6)
  expect(cancelled).toBe(false)
})

test('any other error is passed on, and nothing is asked again', async () => {
  const ai = standIn(() => {
    throw new Error('Broken.')
  })
  await expect(binding(ai).send(request, { signal })).rejects.toThrow('Broken.')
  expect(ai.calls).toHaveLength(1)
})
