import { DroverError } from '../errors.ts'

/** The most bytes of an answer that are read. */
export const MAX_BYTES: number = 64 * 1024 * 1024

/**
 * Reads a response's whole text.
 * @throws DroverError `security.limit` past 64 MiB; the rest of the body is then cancelled.
 */
export async function readText(response: Response): Promise<string> {
  const declared = Number(response.headers.get('content-length') ?? Number.NaN)
  // Of a compressed body the length says little.
  const isCompressed = response.headers.has('content-encoding')
  if (response.body === null || (declared <= MAX_BYTES && !isCompressed)) return response.text()
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let bytes = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    bytes += value.byteLength
    if (bytes > MAX_BYTES) {
      // Not awaited: nothing is left to wait for, and a source may never answer.
      reader.cancel().catch(() => {})
      throw tooLong()
    }
    text += decoder.decode(value, { stream: true })
  }
}

export const tooLong = (): DroverError =>
  new DroverError('security.limit', `Expected an answer of at most ${MAX_BYTES} bytes, got more.`)
