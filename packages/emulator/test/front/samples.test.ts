import { request } from 'node:http'
import { expect, test } from 'vitest'
import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT } from '../client.ts'

const models = ['@cf/meta/llama-3.1-8b-instruct-fast', '@cf/meta/llama-3.1-70b-instruct']

/** The samples of the model pages as their clients write them: the bytes of the body, and the type they say it has. */
const samples = [
  {
    client: 'curl',
    type: 'application/x-www-form-urlencoded',
    body: '{ "messages": [{ "role": "system", "content": "You are a friendly assistant" }, { "role": "user", "content": "Why is pizza so good" }]}',
  },
  {
    client: "Python's requests",
    type: 'application/json',
    body: '{"messages": [{"role": "system", "content": "You are a friendly assistant"}, {"role": "user", "content": "Tell me all about PEP-8"}]}',
  },
]

test.each(models.flatMap((model) => samples.map((sample) => ({ model, ...sample }))))(
  'answers the sample for $client of $model',
  async ({ model, type, body }) => {
    await using emulator = await startEmulator({ model: script([{ text: 'fine' }]) })
    const path = `/client/v4/accounts/${ACCOUNT}/ai/run/${model}`
    const headers = { 'content-type': type, authorization: 'Bearer a-token', accept: '*/*' }
    const answer = await new Promise<string>((resolve, reject) => {
      const sent = request(`${emulator.url}${path}`, { method: 'POST', headers }, (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => (text += chunk))
        response.on('end', () => resolve(text))
      })
      sent.on('error', reject)
      sent.end(body)
    })
    expect(JSON.parse(answer)).toMatchObject({ result: { response: 'fine' }, success: true })
    expect(emulator.requests[0]).toMatchObject({ path, model, inputs: JSON.parse(body) })
  },
)
