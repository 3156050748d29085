import { DroverError } from '@drover/core'

/** What a request is authorized with. */
export interface Credentials {
  readonly accountId: string
  readonly apiToken: string
}

/**
 * Checks that credentials are there and can be sent.
 * @throws DroverError `config.credentials`, which says what is wrong and never the value.
 */
export function checkCredentials(options: unknown): asserts options is Credentials {
  const { accountId, apiToken } = Object(options) as Record<string, unknown> // Object() of anything is an object
  check('accountId', accountId, 'CLOUDFLARE_ACCOUNT_ID', {
    form: /^[\w-]{1,64}$/,
    means: "your account's id, 1 to 64 letters, digits, `_` or `-` (32 in the dashboard)",
  })
  check('apiToken', apiToken, 'CLOUDFLARE_API_TOKEN', {
    form: /^[\x21-\x7e]{1,1024}$/,
    means: 'an API token with the Workers AI permission, printable ASCII without spaces',
  })
}

function check(
  name: string,
  value: unknown,
  variable: string,
  { form, means }: { readonly form: RegExp; readonly means: string },
): void {
  if (typeof value === 'string' && form.test(value)) return
  throw new DroverError(
    'config.credentials',
    `Expected \`${name}\` to be ${means}, got ${describe(value)}. ` +
      `It is usually kept in the environment variable \`${variable}\`.`,
  )
}

/** Says what is wrong with a value without showing any of it. */
function describe(value: unknown): string {
  if (value === undefined || value === null) return 'nothing'
  if (typeof value !== 'string') return `a ${typeof value}`
  if (value === '') return 'an empty text'
  if (value.trim() === '') return 'blanks'
  if (value.trim() !== value) return 'a text with blanks or a line end around it'
  return `a text of ${value.length} characters with others among them`
}
