const MARK = '[secret]'
/** A shorter part of a secret's encoding could be anybody's text. */
const MIN_ENCODED_CHARS = 8

/** A function that takes a secret out of text: as it is, as JSON, URL or base64 text write it. */
export function createRedaction(secret: string): (text: string) => string {
  const encoded = [
    JSON.stringify(secret).slice(1, -1),
    JSON.stringify(secret).slice(1, -1).replaceAll('/', '\\/'),
    encodeURIComponent(secret),
    encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase()),
    ...[0, 1, 2].flatMap((before) => base64Parts(secret, before)),
  ].filter((form) => form.length >= MIN_ENCODED_CHARS)
  // The longest first: a shorter one inside it would leave its ends behind.
  const forms = [...new Set([secret, ...encoded])].toSorted((a, b) => b.length - a.length)
  return (text) => forms.reduce((clean, form) => clean.replaceAll(form, MARK), text)
}

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
