import { systemRuntime } from '@drover/core'
import { expect, test } from 'vitest'
import type { BodyName } from '../../src/misbehave/bodies.ts'
import type { CodeName, StatusName } from '../../src/misbehave/statuses.ts'
import { misbehaviours, script, startEmulator } from '../../src/index.ts'
import { call, errorOf } from '../client.ts'
import type { Asking, Seen } from './struck.ts'
import { ACCOUNT_PATH, strike, TALK, TEXT } from './struck.ts'

/** An hour at which a date in a header can be foretold. */
const NOW = Date.UTC(2026, 10, 20, 12)
const noon = { ...systemRuntime, now: () => NOW }
const seeTalk = (name: BodyName, asking: Asking = {}): Promise<Seen> =>
  strike(name, { reply: TALK, ...asking })

// A record over the union of names: the compiler misses none.
const bodies: Readonly<Record<BodyName, () => Promise<void>>> = {
  'success-false': async () => {
    const { status, text } = await seeTalk('success-false')
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ success: false, errors: [{ code: 3040 }] })
  },
  html: async () => {
    const { status, headers, text } = await seeTalk('html')
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=UTF-8'])
    expect(text).toMatch(/^<!DOCTYPE html>/)
  },
  'empty-body': async () => {
    expect(await seeTalk('empty-body')).toMatchObject({ status: 200, text: '', end: 'clean' })
  },
  'null-body': async () => expect((await seeTalk('null-body')).text).toBe('null'),
  'half-json': async () => {
    const { status, text, end } = await seeTalk('half-json')
    expect([status, end]).toEqual([200, 'clean'])
    expect(text).toMatch(/^\{"result":/)
    expect(() => JSON.parse(text) as unknown).toThrow(SyntaxError)
  },
  'cut-body': async () => {
    const { text, end } = await seeTalk('cut-body')
    expect(end).toBe('broken')
    expect(text).toMatch(/^\{"result":/)
  },
  charset: async () => {
    const { headers, result } = await seeTalk('charset')
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8')
    expect(result.response).toBe(TEXT)
  },
  'stream-for-json': async () => {
    const { headers, text } = await seeTalk('stream-for-json')
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(text).toMatch(/^data: \{"response":"It is warm[^\n]*\n\ndata: \[DONE\]\n\n$/)
  },
  redirect: async () => {
    const { status, headers } = await seeTalk('redirect')
    expect(status).toBe(307)
    expect(headers.get('location')).toBe('https://elsewhere.invalid/client/v4/')
  },
  reset: async () => {
    await expect(seeTalk('reset')).rejects.toThrow('fetch failed')
  },
  silence: async () => {
    await using emulator = await startEmulator({ misbehave: { silence: 'always' } })
    const leaving = new AbortController()
    const answer = fetch(emulator.url + ACCOUNT_PATH, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
      body: '{"prompt":"hello"}',
      signal: leaving.signal,
    })
    await expect.poll(() => emulator.requests[0]?.misbehaved).toEqual(['silence'])
    leaving.abort(new Error('enough'))
    await expect(answer).rejects.toThrow('enough')
    await expect.poll(() => emulator.requests[0]).toMatchObject({ abandoned: true, status: 0 })
  },
  'slow-body': async () => {
    const waits: number[] = []
    const runtime = {
      ...systemRuntime,
      setTimer: (callback: () => void, ms: number) => {
        waits.push(ms)
        return systemRuntime.setTimer(callback, 0)
      },
    }
    const { text, result } = await seeTalk('slow-body', { runtime })
    expect(result.response).toBe(TEXT)
    expect(waits).toEqual(Array.from({ length: Buffer.byteLength(text) }, () => 1000))
  },
  'huge-body': async () => {
    await using emulator = await startEmulator({ misbehave: { 'huge-body': 'always' } })
    const response = await postTo(emulator.url)
    let size = 0
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > 8 * 1024 * 1024) break
    }
    await expect.poll(() => emulator.requests[0]?.abandoned).toBe(true)
  },
  'long-line': async () => {
    const { headers, text } = await seeTalk('long-line', { stream: true })
    expect(headers.get('content-type')).toBe('text/event-stream')
    expect(text.indexOf('\n')).toBeGreaterThan(50 * 1024 * 1024)
  },
  'lost-answer': async () => {
    const { status, asked } = await seeTalk('lost-answer')
    expect([status, asked]).toEqual([504, 1])
  },
}

test.each(Object.entries(bodies))('`%s` is no answer of the service', async (_, assertSeen) =>
  assertSeen(),
)

const retryAfter: Readonly<Record<StatusName & `429-${string}`, readonly [string, string]>> = {
  '429-seconds': ['retry-after', '1'],
  '429-date': ['retry-after', 'Fri, 20 Nov 2026 12:00:02 GMT'],
  '429-milliseconds': ['retry-after-ms', '1500'],
  '429-past': ['retry-after', 'Thu, 19 Nov 2026 12:00:00 GMT'],
  '429-garbage': ['retry-after', 'soon'],
  '429-long': ['retry-after', '3600'],
}

test.each(Object.entries(retryAfter))('`%s` says when to come back', async (name, [key, value]) => {
  const { status, headers } = await strike(name as StatusName, { runtime: noon }) // a key of the record
  expect([status, headers.get(key)]).toEqual([429, value])
})

const listed = misbehaviours.map(({ name }) => name)
const statuses = listed.filter((name) => /^\d{3}$/.test(name)) as readonly StatusName[] // these are statuses

test.each(statuses)('`%s` is its HTTP status, and the model is not asked', async (name) => {
  const { status, asked, text, struck } = await strike(name)
  expect([String(status), asked, struck]).toEqual([name, 0, [name]])
  expect(text).toMatch(status >= 502 ? /^<!DOCTYPE html>/ : /"success":false/)
})

const codes = listed.filter((name) => /^\d{4,}$/.test(name)) as readonly CodeName[] // these are codes

test.each(codes.filter((name) => name !== '1031'))(
  '`%s` is its code on both fronts',
  async (name) => {
    const misbehave = { [name]: 'always' } as const
    await using emulator = await startEmulator({ model: script([]), misbehave })
    for (const front of ['rest', 'binding'] as const) {
      const answer = await call(emulator, front, { prompt: 'hello' })
      expect(errorOf(front, answer)).toMatchObject({ code: Number(name), status: answer.status })
      expect(answer.status).toBeGreaterThanOrEqual(400)
    }
  },
)

test('`1031` is plain text', async () => {
  expect(await strike('1031')).toMatchObject({ status: 403, text: 'error code: 1031' })
})

function postTo(url: string): Promise<Response> {
  return fetch(url + ACCOUNT_PATH, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
    body: '{"prompt":"hello"}',
  })
}
