/** What stands in a secret's place. */
export const SECRET_MARK = '[secret]'

/** A shorter part of a secret's encoding could be anybody's text. */
const MIN_ENCODED_CHARS = 8

/** A function that takes secrets out of text: as they are, as JSON, URL, form or base64 text write them. */
export function createRedaction(secrets: readonly string[]): (text: string) => string {
  // The longest first: a shorter one inside it would leave its ends behind.
  const forms = [...new Set(secrets.flatMap(formsOf))].toSorted((a, b) => b.length - a.length)
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, SECRET_MARK), text)
}

function formsOf(secret: string): readonly string[] {
  const json = JSON.stringify(secret).slice(1, -1)
  const url = encodeURIComponent(secret.replace(/\p{Surrogate}/gu, '\ufffd'))
  const bytes = String.fromCharCode(...new TextEncoder().encode(secret))
  const encoded = [
    json,
    json.replaceAll('/', '\\/'),
    json.replace(/[^\x20-\x7e]/g, toEscape),
    url,
    url.replace(/%../g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    encodeURIComponent(url),
    ...[0, 1, 2].flatMap((before) => base64Parts(bytes, before)),
  ].filter((form) => form.length >= MIN_ENCODED_CHARS)
  return secret === '' ? [] : [secret, ...encoded]
}

const toEscape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`

/**
 * What base64 makes of a secret that stands `before` bytes into a group of three (as after `Bearer ` or `user:`), both
 * alphabets, without the letters at its ends that its neighbours also have a part in.
 */
function base64Parts(secret: string, before: number): readonly string[] {
  const text = btoa('\0'.repeat(before) + secret)
  const start = Math.ceil((before * 8) / 6)
  const end = Math.floor(((before + secret.length) * 8) / 6)
  const part = text.slice(start, end)
  return [part, part.replaceAll('+', '-').replaceAll('/', '_')]
}
