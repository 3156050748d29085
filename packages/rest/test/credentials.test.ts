import { rest } from '@drover/rest'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { thrownBy } from './thrown.ts'

const account = 'c0ffee00c0ffee00c0ffee00c0ffee00'
const token = 'v1-abcdefghijklmnopqrstuvwxyz0123456789'

describe('before any request, credentials are refused that are', () => {
  test.for<readonly [what: string, options: unknown, says: string]>([
    ['no options at all', undefined, '`accountId`'],
    ['without an account id', { apiToken: token }, '`CLOUDFLARE_ACCOUNT_ID`'],
    ['without a token', { accountId: account }, '`CLOUDFLARE_API_TOKEN`'],
    ['an empty token', { accountId: account, apiToken: '' }, 'got an empty text'],
    ['a blank token', { accountId: account, apiToken: '  ' }, 'got blanks'],
    [
      'a token with a line end',
      { accountId: account, apiToken: `${token}\n` },
      'blanks or a line end',
    ],
    [
      'a token with a header in it',
      { accountId: account, apiToken: `${token}\r\nx: y` },
      '`apiToken`',
    ],
    [
      'a token with a space in it',
      { accountId: account, apiToken: `Bearer ${token}` },
      '`apiToken`',
    ],
    ['a token in other letters', { accountId: account, apiToken: `${token}é` }, 'printable ASCII'],
    ['a token that is no text', { accountId: account, apiToken: 42 }, 'got a number'],
    ['an account id that climbs', { accountId: '../../user', apiToken: token }, '`accountId`'],
    ['an account id with a query', { accountId: 'a?b=c', apiToken: token }, '`accountId`'],
    [
      'an account id that is too long',
      { accountId: 'a'.repeat(65), apiToken: token },
      '65 characters',
    ],
  ])('%s', ([, options, says]) => {
    const error = thrownBy(() => rest(options as Parameters<typeof rest>[0])) // wrong on purpose
    expect(error).toMatchObject({ code: 'config.credentials' })
    expect(String(error)).toContain(says)
  })
})

test('a malformed credential is never repeated in the message', () => {
  const secret = fc
    .string({ minLength: 12, maxLength: 60, unit: 'binary' })
    .filter((value) => value.trim() !== '')
  fc.assert(
    fc.property(secret, fc.boolean(), (value, isToken) => {
      const options = isToken
        ? { accountId: account, apiToken: `${value} ` }
        : { accountId: `${value} `, apiToken: token }
      const error = thrownBy(() => rest(options))
      expect(error).toMatchObject({ code: 'config.credentials' })
      expect(String(error)).not.toContain(value)
    }),
  )
})

test('any account id a local Workers AI may use is taken', () => {
  for (const accountId of ['a', 'local', 'my_account-1', account]) {
    expect(rest({ accountId, apiToken: 'any' }).name).toBe('rest')
  }
})

test('the backend shows neither account nor token to who prints it', () => {
  const backend = rest({ accountId: account, apiToken: token })
  expect(JSON.stringify(backend)).not.toContain(token)
  expect(Object.values(backend).map(String).join()).not.toContain(token)
})
