import { DroverError } from '../errors.ts'
import type { JsonValue } from '../message.ts'
import { createRedaction, SECRET_MARK } from '../redaction.ts'
import { isRecord } from './cassette.ts'
import { parseSafe } from './parse-safe.ts'

/** What is taken out beside what is always taken out: the values of fields named like `password` or `apiToken`. */
export interface RedactOptions {
  /** Exact values, each of at least 4 characters; also as JSON, URL, form and base64 text write them. */
  readonly secrets?: readonly string[]
  /** Names of further fields, at any depth. Case does not count. */
  readonly fields?: readonly string[]
}

/** Takes secrets out of what goes into a cassette, leaving `[secret]` in their places. */
export interface CassetteRedaction {
  readonly text: (text: string) => string
  readonly json: <Value extends JsonValue>(value: Value) => Value
}

/** Field names without case and anything but letters and digits. */
const SECRET_NAMES =
  'authorization proxyauthorization cfaigauthorization cookie cookies setcookie token tokens apitoken accesstoken refreshtoken idtoken authtoken sessiontoken bearertoken csrftoken jwt secret secrets clientsecret apisecret secretkey secretaccesskey password passwd passphrase apikey xapikey accesskey privatekey credential credentials sessionid accountid accounttag'.split(
    ' ',
  )

const MAX_SEEN = 10_000

const BEARER = /\b(bearer|basic) +(?=[\w.~+/=-]*\d)[\w.~+/=-]{8,}/gi
const USER_IN_URL = /(:\/\/)[^\s/@"'<>]{1,256}@/g
const ACCOUNT_IN_URL = /(\/accounts\/)[\w-]+/g
const HEADER_LINE =
  /\b((?:proxy-|cf-aig-)?authorization|(?:set-)?cookie|x-api-key)(: *)[^\r\n"]{1,8192}/gi
const JSON_FIELD = /"([\w-]{2,40})"(\s{0,8}:\s{0,8})"((?:[^"\\]|\\.)*)"/g
const ASSIGNMENT = /(?<![\w-])([\w-]{2,40})(=)("[^"\n]*"|'[^'\n]*'|[^\s"'&,;)\]}<>]+)/g

/**
 * @throws DroverError `config.invalid` for a secret that is no text of at least 4 characters: a shorter one would take
 * words apart.
 */
export function createCassetteRedaction(
  { secrets = [], fields = [] }: RedactOptions = {},
  own: (text: string) => string = String,
): CassetteRedaction {
  for (const secret of secrets) {
    if (typeof secret === 'string' && secret.length >= 4) continue
    throw new DroverError(
      'config.invalid',
      'Expected each of `redact.secrets` to be a text of at least 4 characters.',
    )
  }
  const names = new Set([...SECRET_NAMES, ...fields.map(plain)])
  const isSecret = (name: string): boolean => names.has(plain(name))
  const known = createRedaction(secrets)
  const plainText = (text: string): string =>
    own(known(text))
      .replace(BEARER, `$1 ${SECRET_MARK}`)
      .replace(USER_IN_URL, `$1${SECRET_MARK}@`)
      .replace(ACCOUNT_IN_URL, `$1${SECRET_MARK}`)
      .replace(HEADER_LINE, `$1$2${SECRET_MARK}`)
      .replace(JSON_FIELD, (all, name: string, colon: string) =>
        isSecret(name) ? `"${name}"${colon}"${SECRET_MARK}"` : all,
      )
      .replace(ASSIGNMENT, (all, name: string) => (isSecret(name) ? `${name}=${SECRET_MARK}` : all))
  // Each request of a run repeats the texts of those before it.
  const seen = new Map<string, string>()
  const text = (given: string): string => {
    const before = seen.get(given)
    if (before !== undefined) return before
    const clean = cleanText(given)
    if (seen.size >= MAX_SEEN) seen.clear()
    seen.set(given, clean)
    return clean
  }
  const cleanText = (given: string): string => {
    const parsed = /^\s*[[{]/.test(given) ? parseSafe(given) : undefined
    if (parsed === undefined) return plainText(given)
    const clean = json(parsed)
    return plainText(
      JSON.stringify(clean) === JSON.stringify(parsed) ? given : JSON.stringify(clean),
    )
  }
  const json = <Value extends JsonValue>(value: Value): Value =>
    walk(value, undefined, false) as Value // the same shape, with other texts

  const walk = (value: JsonValue, name: string | undefined, isHidden: boolean): JsonValue => {
    if (isHidden && (typeof value === 'number' || (typeof value === 'string' && value !== ''))) {
      return SECRET_MARK
    }
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map((child) => walk(child, name, isHidden))
    if (!isRecord(value)) return value
    return Object.fromEntries(
      Object.entries(value).map(([key, child]) => {
        // Under `properties` a JSON Schema describes a field of that name, and holds no value of it.
        const isSchema = name === 'properties' && isRecord(child)
        return [text(key), walk(child, key, isSecret(key) ? !isSchema : isHidden && !isSchema)]
      }),
    )
  }
  return { text, json }
}

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '')
