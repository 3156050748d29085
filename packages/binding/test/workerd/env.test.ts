import { env } from 'cloudflare:workers'
import { expect, inject, test } from 'vitest'

test('env.AI is the Ai class of the real workerd', () => {
  expect(env.AI.constructor.name).toBe('Ai')
  expect(navigator.userAgent).toBe('Cloudflare-Workers')
})

test('env.AI is answered by the local emulator', async () => {
  expect(inject('emulatorUrl')).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
  const answer = await env.AI.run(
    '@cf/meta/llama-3.1-8b-instruct-fast',
    { prompt: 'Say hello' },
    { returnRawResponse: true },
  )
  expect(answer.status).toBe(200)
})
