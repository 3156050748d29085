/**
 * How long the service asks to wait, in milliseconds: `retry-after-ms`, or `Retry-After` in seconds or as an HTTP date.
 * Undefined for none, a past date or anything unreadable. @see https://www.rfc-editor.org/rfc/rfc9110#field.retry-after
 */
export function readRetryAfter(headers: Headers, now: number): number | undefined {
  const exact = positive(headers.get('retry-after-ms'))
  if (exact !== undefined) return exact
  const value = headers.get('retry-after')
  const seconds = positive(value)
  if (seconds !== undefined) return seconds * 1000
  const date = value === null || /^[-+\d.\s]*$/.test(value) ? Number.NaN : Date.parse(value)
  return date > now ? date - now : undefined
}

function positive(text: string | null): number | undefined {
  if (text === null || !/^\s*\d+(\.\d+)?\s*$/.test(text)) return undefined
  const value = Number(text)
  return value > 0 && Number.isFinite(value) ? value : undefined
}
