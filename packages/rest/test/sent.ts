import { rest, type RestOptions } from '@drover/rest'

/** A request as `fetch` was given it. */
export interface Sent {
  readonly url: string
  readonly init: RequestInit
  readonly headers: Readonly<Record<string, string>>
}

/** Sends one request through a backend of these options, and gives what reached `fetch`. */
export async function sentWith(
  options: Partial<RestOptions> = {},
  model = '@cf/meta/llama-3.1-8b-instruct-fast',
): Promise<Sent> {
  const calls: { url: string; init: RequestInit }[] = []
  const fetch: RestOptions['fetch'] = async (url, init) => {
    calls.push({ url, init })
    return Response.json({ result: { response: 'ok' }, success: true })
  }
  const backend = rest({ accountId: 'account', apiToken: 'token', fetch, ...options })
  await backend.send({ model, inputs: { prompt: 'Hi' }, body: () => '{"prompt":"Hi"}' }, {})
  const [call] = calls
  if (call === undefined) throw new Error('Expected one request.')
  return { ...call, headers: Object.fromEntries(new Headers(call.init.headers)) }
}
