import { DroverError } from '@drover/core'

const DEFAULT_BASE_URL = 'https://api.cloudflare.com/client/v4'
const API_PATH = '/client/v4'

/**
 * The API's address without a slash at its end.
 * @throws DroverError `config.invalid` for anything but an `https:` address, or an `http:` one of this machine.
 */
export function readBaseUrl(baseUrl: unknown = DEFAULT_BASE_URL): string {
  const url = typeof baseUrl === 'string' ? parse(baseUrl) : undefined
  if (url === undefined || (url.protocol !== 'https:' && url.protocol !== 'http:')) {
    throw invalid('an address that begins with `https://`')
  }
  // The parts are not shown: a password may be among them.
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw invalid('an address without user, query and fragment')
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    throw invalid('an `https:` address, since the API token would travel in clear,')
  }
  const path = url.pathname.replace(/\/+$/, '')
  return url.origin + (path === '' ? API_PATH : path)
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** The names and numbers that never leave this machine. @see https://www.rfc-editor.org/rfc/rfc6761#section-6.3 */
const isLoopback = (host: string): boolean =>
  host === 'localhost' ||
  host.endsWith('.localhost') ||
  host === '[::1]' ||
  /^127\.\d+\.\d+\.\d+$/.test(host)

const invalid = (expected: string): DroverError =>
  new DroverError(
    'config.invalid',
    `Expected \`baseUrl\` to be ${expected} such as \`${DEFAULT_BASE_URL}\`, or \`http://127.0.0.1:8790\` for a ` +
      'local Workers AI. Leave it out to reach Cloudflare.',
  )
