import { rest } from '@drover/rest'
import fc from 'fast-check'
import { expect, test } from 'vitest'

/** What a service could make of a token before it comes back in a text. */
const WRITTEN: readonly (readonly [how: string, write: (token: string) => string])[] = [
  ['as it is', (token) => token],
  ['as a header', (token) => `authorization: Bearer ${token}`],
  ['as JSON', (token) => JSON.stringify({ token })],
  ['as JSON with escaped slashes', (token) => JSON.stringify({ token }).replaceAll('/', '\\/')],
  ['in an address', (token) => `https://x.example/?token=${encodeURIComponent(token)}&a=b`],
  [
    'in an address, in lower case',
    (token) => encodeURIComponent(token).replace(/%../g, (code) => code.toLowerCase()),
  ],
]

const tokens = fc.stringMatching(/^[\x21-\x7e]{20,60}$/)
const redactionOf = (apiToken: string): ((text: string) => string) =>
  rest({ accountId: 'account', apiToken }).redact ?? String

test.for(WRITTEN)('a token is taken out of a text %s', ([, write]) => {
  fc.assert(
    fc.property(tokens, (token) => {
      const clean = redactionOf(token)(`before ${write(token)} after`)
      expect(clean).not.toContain(token)
      expect(clean).not.toContain(write(token))
      expect(clean).toContain('[secret]')
      expect(clean).toMatch(/^before .* after$/)
    }),
  )
})

test.for(['', 'u:', 'us', 'Bearer ', 'user:'])(
  'a token is taken out of base64 text that begins with "%s"',
  (start) => {
    fc.assert(
      fc.property(tokens, (token) => {
        const encoded = btoa(`${start}${token}!`)
        expect(redactionOf(token)(`Basic ${encoded}`)).toContain('[secret]')
        // Of the token's own letters, the ends that its neighbours share may stay: less than four of them on either side.
        const left = redactionOf(token)(encoded).split('[secret]')
        expect(left).toHaveLength(2)
        expect((left[0] ?? '').length).toBeLessThanOrEqual(Math.ceil((start.length * 4) / 3) + 1)
        expect((left[1] ?? '').length).toBeLessThanOrEqual(5)
      }),
    )
  },
)

test('a text without the token stays as it is', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 30 }), (text) => {
      expect(redactionOf('v1-abcdefghijklmnopqrstuvwxyz0123456789')(text)).toBe(text)
    }),
  )
})

test('a token of one letter is taken out too', () => {
  expect(redactionOf('~')('a ~ b')).toBe('a [secret] b')
})
