import { rest } from '@drover/rest'
import { describe, expect, test } from 'vitest'
import { sentWith } from './sent.ts'
import { thrownBy } from './thrown.ts'

const PATH = '/accounts/account/ai/run/@cf/meta/llama-3.1-8b-instruct-fast'

describe('a request goes to', () => {
  test.for<readonly [baseUrl: string | undefined, url: string]>([
    [undefined, `https://api.cloudflare.com/client/v4${PATH}`],
    ['https://api.cloudflare.com/client/v4', `https://api.cloudflare.com/client/v4${PATH}`],
    ['https://api.cloudflare.com/client/v4///', `https://api.cloudflare.com/client/v4${PATH}`],
    ['https://api.cloudflare.com', `https://api.cloudflare.com/client/v4${PATH}`],
    ['http://127.0.0.1:8790', `http://127.0.0.1:8790/client/v4${PATH}`],
    ['http://127.0.0.1:8790/', `http://127.0.0.1:8790/client/v4${PATH}`],
    ['http://localhost:1/', `http://localhost:1/client/v4${PATH}`],
    ['http://ai.localhost:1/', `http://ai.localhost:1/client/v4${PATH}`],
    ['http://[::1]:8790', `http://[::1]:8790/client/v4${PATH}`],
    ['https://proxy.example.com/cloudflare/v4/', `https://proxy.example.com/cloudflare/v4${PATH}`],
  ])('%s → %s', async ([baseUrl, url]) => {
    expect((await sentWith(baseUrl === undefined ? {} : { baseUrl })).url).toBe(url)
  })
})

describe('before any request, an address is refused that is', () => {
  test.for<readonly [what: string, baseUrl: unknown]>([
    ['empty', ''],
    ['no address', 'api.cloudflare.com'],
    ['no text', 42],
    ['a file', 'file:///etc/passwd'],
    ['unencrypted and not on this machine', 'http://api.cloudflare.com/client/v4'],
    ['only named like this machine', 'http://localhost.example.com'],
    ['only written like this machine', 'http://127.0.0.1.example.com'],
    ['with a password', 'https://user:hunter2@api.cloudflare.com'],
    ['with a query', 'https://api.cloudflare.com/client/v4?a=b'],
    ['with a fragment', 'https://api.cloudflare.com/client/v4#a'],
  ])('%s', ([, baseUrl]) => {
    const options = { accountId: 'account', apiToken: 'token', baseUrl: baseUrl as string } // wrong on purpose
    const error = thrownBy(() => rest(options))
    expect(error).toMatchObject({ code: 'config.invalid' })
    expect(String(error)).toContain('`baseUrl`')
    expect(String(error)).not.toContain('hunter2')
  })
})
