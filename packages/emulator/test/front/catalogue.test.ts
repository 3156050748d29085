import { expect, test } from 'vitest'
import type { EmulatorOptions } from '../../src/index.ts'
import { seedInputSchema, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

interface Listed {
  readonly result: readonly {
    readonly id: string
    readonly name: string
    readonly properties: readonly { readonly property_id: string; readonly value: unknown }[]
  }[]
  readonly result_info: unknown
}

async function get(path: string, options: EmulatorOptions = {}): Promise<Response> {
  await using emulator = await startEmulator(options)
  const response = await fetch(`${emulator.url}${path}`, {
    headers: { authorization: 'Bearer any' },
  })
  return new Response(await response.text(), response)
}

async function search(query: string, options: EmulatorOptions = {}): Promise<Listed> {
  const path = `/client/v4/accounts/${ACCOUNT}/ai/models/search?${query}`
  return JSON.parse(await (await get(path, options)).text())
}

const names = ({ result }: Listed): readonly string[] => result.map(({ name }) => name)

test('lists a model with what is known of it', async () => {
  const { result } = await search('search=llama-3.3-70b')
  expect(result).toEqual([
    {
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      source: 1,
      name: '@cf/meta/llama-3.3-70b-instruct-fp8-fast',
      description: expect.stringMatching(/\S/),
      task: expect.objectContaining({ name: 'Text Generation' }),
      tags: [],
      properties: [
        { property_id: 'function_calling', value: 'true' },
        { property_id: 'context_window', value: '24000' },
        {
          property_id: 'price',
          value: [
            { unit: 'per M input tokens', price: 0.293, currency: 'USD' },
            { unit: 'per M output tokens', price: 2.253, currency: 'USD' },
          ],
        },
      ],
    },
  ])
})

test('narrows the list', async () => {
  expect(names(await search('task=Text+Generation'))).toContain(MODEL)
  expect(names(await search('task=Translation'))).toEqual([])
  expect(names(await search('hide_experimental=true'))).not.toContain(MODEL)
  const meta = names(await search('author=meta'))
  expect(meta.length).toBeGreaterThan(3)
  expect(meta.every((name) => name.startsWith('@cf/meta/'))).toBe(true)
  expect(names(await search('source=2'))).toEqual([])
})

test('pages reach each model once, and then there are none', async () => {
  const all = names(await search(''))
  const pages = await Promise.all([1, 2, 3, 4].map((page) => search(`per_page=10&page=${page}`)))
  expect(pages.flatMap(names)).toEqual(all)
  expect(pages[3]?.result).toEqual([])
  expect(pages[0]?.result_info).toEqual({
    page: 1,
    per_page: 10,
    count: 10,
    total_count: all.length,
  })
})

test('a retired model is listed with its last day as long as it is served', async () => {
  const retired = '@cf/meta/llama-3.1-70b-instruct'
  const { result } = await search('search=llama-3.1-70b-instruct')
  expect(result.find(({ name }) => name === retired)?.properties).toContainEqual({
    property_id: 'planned_deprecation_date',
    value: '2026-05-30',
  })
  expect(names(await search('', { retired: 'refuse' }))).not.toContain(retired)
})

test('the schema of a model is the one that is enforced', async () => {
  const path = `/client/v4/accounts/${ACCOUNT}/ai/models/schema`
  const response = await get(`${path}?model=${MODEL}`)
  expect(await response.json()).toMatchObject({
    result: { input: seedInputSchema, output: { oneOf: [{ type: 'object' }, { type: 'string' }] } },
    success: true,
  })
  const unknown = await get(`${path}?model=@cf/meta/llama-9`)
  expect(unknown.status).toBe(400)
  expect(await unknown.json()).toMatchObject({ errors: [{ code: 5007 }] })
})

test('the list of `env.AI.models()` needs no token, that of REST does', async () => {
  await using emulator = await startEmulator()
  expect((await fetch(`${emulator.url}/ai-api/models/search`)).status).toBe(200)
  const rest = await fetch(`${emulator.url}/accounts/${ACCOUNT}/ai/models/search`)
  expect(rest.status).toBe(401)
  const posted = await fetch(`${emulator.url}/ai-api/models/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{}',
  })
  expect(posted.status).toBe(405)
})
