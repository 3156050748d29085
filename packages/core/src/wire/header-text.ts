import { DroverError } from '../errors.ts'

/**
 * Checks that a text can be sent as a header: 1 to 1,024 printable ASCII characters. Anything else would fail at the
 * first request, or smuggle a second header in.
 * @throws DroverError `config.invalid`; the value is not in the message.
 */
export function checkHeaderText(name: string, value: unknown): asserts value is string {
  if (typeof value === 'string' && /^[\x20-\x7e]{1,1024}$/.test(value) && value.trim() !== '')
    return
  const got = typeof value === 'string' ? `${value.length} characters` : `a ${typeof value}`
  throw new DroverError(
    'config.invalid',
    `Expected \`${name}\` to be 1 to 1,024 printable ASCII characters, got ${got}.`,
  )
}
