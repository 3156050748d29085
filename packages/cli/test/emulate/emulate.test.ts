import { script, startEmulator } from '@drover/emulator'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { runDrover } from './running-command.ts'

const MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'

async function ask(url: string, inputs: object, token = 'any'): Promise<Response> {
  return fetch(`${url}/client/v4/accounts/any/ai/run/${MODEL}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(inputs),
  })
}

const LISTENS = /machine: (http:\S+)/

test.each(['SIGINT', 'SIGTERM'] as const)(
  'tells its address and each request, and ends cleanly on %s',
  async (signal) => {
    await using command = runDrover(['emulate', '--port', '0'])
    const url = await command.says(LISTENS)
    const weather = { name: 'get_weather', description: 'Weather of a city', parameters: {} }
    expect((await ask(url, { prompt: 'Hello', tools: [weather] })).status).toBe(200)
    await command.says(
      /200 {2}rest {5}@cf\/meta\/llama-3\.1-8b-instruct-fast .* in .* out .* ms {2}1 tool/,
    )
    await ask(url, { prompt: '' })
    await command.says(/400 {2}rest .*\n {5}5006: Error: oneOf/)
    await fetch(`${url}/nowhere`)
    await command.says(/no such address: status 404, method GET, path \/nowhere/)
    command.kill(signal)
    expect(await command.ended).toBe(0)
    expect(command.stdout()).toContain(`baseUrl: '${url}'`)
    expect(command.stdout()).toContain('Stopped.')
    // Piped output has no colours.
    expect(command.stdout()).not.toContain('\u001B')
  },
)

test('ends open streams when it is asked to end', async () => {
  await using command = runDrover([
    'emulate',
    '--port',
    '0',
    '--script',
    await file(
      'silent.mjs',
      `
    export default () => ({ text: 'x', streaming: { fault: { type: 'silent' } } })`,
    ),
  ])
  const url = await command.says(LISTENS)
  const response = await ask(url, { prompt: 'x', stream: true })
  command.kill('SIGINT')
  expect(await command.ended).toBe(0)
  await expect(response.text()).rejects.toThrow('terminated')
})

test('writes a line of JSON for each request with `--json`, without what was said', async () => {
  await using command = runDrover(['emulate', '--port', '0', '--json'])
  const url = await command.says(/"url":"([^"]+)"/)
  await ask(url, { prompt: 'a private word', stream: true }).then((answer) => answer.text())
  await command.says(/"type":"request"/)
  command.kill('SIGINT')
  await command.ended
  const lines = command.stdout().trim().split('\n')
  expect(lines.map((line): unknown => JSON.parse(line))).toMatchObject([
    { type: 'listening', url, sourceName: 'rehearsal' },
    { type: 'request', front: 'rest', status: 200, streamed: true, tools: 0 },
  ])
  expect(command.stdout()).not.toContain('private')
})

test('colours its log when told to', async () => {
  await using command = runDrover(['emulate', '--port', '0'], { FORCE_COLOR: '1' })
  await command.says(/http/)
  expect(command.stdout()).toContain('\u001B[1mhttp://')
})

test('names a port that is taken, and what to do', async () => {
  await using emulator = await startEmulator()
  await using command = runDrover(['emulate', '--port', String(emulator.port)])
  expect(await command.ended).toBe(1)
  expect(command.stderr()).toContain(`Port ${emulator.port} is taken`)
  expect(command.stderr()).toContain('`--port 0` finds a free one')
})

test('answers from a file of replies', async () => {
  const path = await file('replies.json', '[{ "text": "Hello from the file." }]')
  await using command = runDrover(['emulate', '--port', '0', '--script', path])
  const answer = await ask(await command.says(LISTENS), { prompt: 'Hello' })
  expect(await answer.json()).toMatchObject({ result: { response: 'Hello from the file.' } })
})

test('records what is said, and answers from the recording', async () => {
  const path = await file('said.cassette.json', '')
  await rm(path)
  await using first = runDrover(['emulate', '--port', '0', '--record', path])
  const said = await (await ask(await first.says(LISTENS), { prompt: 'Hello' })).text()
  first.kill('SIGINT')
  expect(await first.ended).toBe(0)
  expect(first.stdout()).toContain(`Recorded in ${path}`)
  await using second = runDrover(['emulate', '--port', '0', '--cassette', path])
  const url = await second.says(LISTENS)
  expect(await (await ask(url, { prompt: 'Hello' })).text()).toBe(said)
  expect((await ask(url, { prompt: 'Goodbye' })).status).toBe(500)
})

test.each([
  ['gone.json', undefined, 'Expected `--script` to be a file of replies'],
  ['words.json', '["Hello"]', 'to hold a list of replies'],
  ['broken.json', '[{', 'Expected `--script` to be a file of replies'],
])('refuses %s as a script', async (name, content, says) => {
  const path = content === undefined ? name : await file(name, content)
  await using command = runDrover(['emulate', '--port', '0', '--script', path])
  expect(await command.ended).toBe(2)
  expect(command.stderr()).toContain(says)
})

test('asks the upstream with its key, which stands in no line', async () => {
  const keys: unknown[] = []
  const server = createServer((request, response) => {
    keys.push(request.headers.authorization)
    response.writeHead(request.method === 'GET' ? 404 : 401, { 'content-type': 'application/json' })
    response.end('{"error":{"message":"Incorrect API key provided: sk-canary"}}')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  // A server that listens on a port has an address.
  const { port } = server.address() as AddressInfo
  const args = ['emulate', '--port', '0', '--upstream', `http://127.0.0.1:${port}`, '--model', 'm']
  await using command = runDrover(args, { UPSTREAM_API_KEY: 'sk-canary' })
  await ask(await command.says(LISTENS), { prompt: 'Hello' })
  await command.says(/3023: The upstream at .* answered 401/)
  expect(keys).toEqual(['Bearer sk-canary', 'Bearer sk-canary'])
  expect(command.stdout() + command.stderr()).not.toContain('sk-canary')
  server.close()
})

test('lets other machines in only with the token', async () => {
  await using refused = runDrover(['emulate', '--port', '0', '--host', '0.0.0.0'])
  expect(await refused.ended).toBe(2)
  expect(refused.stderr()).toContain('`--host` lets other machines in')
  const env = { DROVER_TOKEN: 'secret' }
  await using command = runDrover(['emulate', '--port', '0', '--host', '0.0.0.0'], env)
  const url = await command.says(LISTENS)
  expect((await ask(url, { prompt: 'x' }, 'wrong')).status).toBe(401)
  expect((await ask(url, { prompt: 'x' }, 'secret')).status).toBe(200)
  expect(command.stdout()).not.toContain('secret')
})

async function file(name: string, content: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-cli-'))
  folders.push(folder)
  const path = join(folder, name)
  await writeFile(path, content)
  return path
}

const folders: string[] = []

afterAll(async () => {
  await Promise.all(folders.map((folder) => rm(folder, { recursive: true })))
})

test('answers from another emulator as any upstream', async () => {
  await using other = await startEmulator({ model: script([{ text: 'From afar.' }]) })
  const args = ['emulate', '--port', '0', '--upstream', `${other.url}/client/v4/accounts/any/ai/v1`]
  await using command = runDrover(args, { UPSTREAM_API_KEY: 'any' })
  const answer = await ask(await command.says(LISTENS), { prompt: 'Hello' })
  expect(await answer.json()).toMatchObject({ result: { response: 'From afar.' } })
})

test('misbehaves as it is told, and tells it', async () => {
  await using command = runDrover(['emulate', '--port', '0', '--misbehave', '3040'])
  const answer = await ask(await command.says(LISTENS), { prompt: 'Hello' })
  expect(answer.status).toBe(429)
  await command.says(/429 {2}rest .*\n {5}misbehaved: 3040\n {5}3040: /)
})

test('names the nearest misbehaviour, and all of them when asked', async () => {
  await using wrong = runDrover(['emulate', '--misbehave', 'leek'])
  expect(await wrong.ended).toBe(2)
  expect(wrong.stderr()).toContain("Did you mean 'leak'?")
  await using all = runDrover(['emulate', '--misbehave', 'list'])
  expect(await all.ended).toBe(0)
  expect(all.stdout()).toMatch(/^leak +\S/m)
})

test('answers 4006 once the quota of the day is used up', async () => {
  await using command = runDrover(['emulate', '--port', '0', '--quota', '0'])
  const answer = await ask(await command.says(LISTENS), { prompt: 'Hello' })
  expect(await answer.json()).toMatchObject({ errors: [{ code: 4006 }] })
})
