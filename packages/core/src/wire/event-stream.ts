import { DroverError } from '../errors.ts'

/** No answer of a model is as long. */
const MAX_BYTES = 64 * 1024 * 1024
const MAX_EVENT_BYTES = 8 * 1024 * 1024

/** Reads the bytes of an event stream, however they are cut. */
export interface EventStream {
  /** @throws DroverError `security.limit` when the body exceeds 64 MiB, or an event in it 8 MiB. */
  readonly push: (bytes: Uint8Array) => void
  /** The body ended: an event without its blank line counts. Gives the text of a body that was no event stream. */
  readonly end: () => string | undefined
}

/**
 * Parses an event stream as the standard says: LF, CRLF or CR, a BOM, comments, unknown fields, several `data` lines to
 * an event. A bare `[DONE]` line, which was seen too, counts as an event.
 * @param onEvent takes an event's data, which is not `""`, and its type, which is `""` for an ordinary event
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export function createEventStream(onEvent: (data: string, type: string) => void): EventStream {
  // Each text that is decoded is a whole line, or several: a U+FEFF at its start is a character of the line.
  const decoder = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
  let isEvents: boolean | undefined
  let total = 0
  // The bytes of the unfinished line, in a buffer that grows by doubling: adding to it one by one is linear.
  let held = new Uint8Array(256)
  let heldBytes = 0
  let isAfterCr = false
  let data: string[] = []
  let dataChars = 0
  let type = ''

  const hold = (bytes: Uint8Array): void => {
    const wanted = heldBytes + bytes.length
    if (wanted > held.length) {
      const larger = new Uint8Array(Math.max(wanted, 2 * held.length))
      larger.set(held.subarray(0, heldBytes))
      held = larger
    }
    held.set(bytes, heldBytes)
    heldBytes = wanted
  }

  const release = (): Uint8Array => {
    const bytes = held.subarray(0, heldBytes)
    heldBytes = 0
    return bytes
  }

  const dispatch = (): void => {
    const event: [string, string] = [data.join('\n'), type]
    data = []
    dataChars = 0
    type = ''
    if (event[0] !== '') onEvent(...event)
  }

  const readLine = (line: string): void => {
    if (line === '') return dispatch()
    if (line.startsWith('[DONE]')) {
      dispatch()
      return onEvent('[DONE]', '')
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?([^]*))?/.exec(line) ?? []
    if (field === 'event') type = value
    if (field !== 'data') return
    atMost(MAX_EVENT_BYTES, (dataChars += value.length + 1), 'an event')
    data.push(value)
  }

  /** Reads text that ends with a line end. */
  const readLines = (text: string): void => {
    let at = isAfterCr && text.startsWith('\n') ? 1 : 0
    isAfterCr = text.endsWith('\r')
    const lines = text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
    for (;;) {
      const end = lines.indexOf('\n', at)
      if (end === -1) return
      // Nearly every event is one line of data with a blank one after it.
      const isOneLine = lines.startsWith('data: ', at) && lines[end + 1] === '\n' && end > at + 6
      if (isOneLine && data.length === 0 && type === '') {
        atMost(MAX_EVENT_BYTES, end - at, 'an event')
        onEvent(lines.slice(at + 6, end), '')
        at = end + 2
      } else {
        readLine(lines.slice(at, end))
        at = end + 1
      }
    }
  }

  const readBytes = (bytes: Uint8Array): void => {
    let end = bytes.length
    while (end > 0 && bytes[end - 1] !== LF && bytes[end - 1] !== CR) end--
    if (end > 0) {
      const lines = end === bytes.length ? bytes : bytes.subarray(0, end)
      if (heldBytes > 0) hold(lines)
      readLines(decoder.decode(heldBytes > 0 ? release() : lines))
    }
    if (end === bytes.length) return
    hold(end === 0 ? bytes : bytes.subarray(end))
    atMost(MAX_EVENT_BYTES, heldBytes, 'an event')
  }

  return {
    push: (bytes) => {
      atMost(MAX_BYTES, (total += bytes.length), 'an answer')
      if (isEvents) return readBytes(bytes)
      hold(heldBytes === 0 ? bytes.subarray(blanksBefore(bytes)) : bytes)
      isEvents ??= startsEvents(held.subarray(0, heldBytes))
      if (isEvents) readBytes(withoutBom(release()))
    },
    end: () => {
      const rest = isEvents ? release() : withoutBom(release())
      isEvents ??= startsEvents(rest, true)
      const text = decoder.decode(rest)
      if (!isEvents) return text
      readLines(`${text}\n\n`)
      return undefined
    },
  }
}

const LF = 10
const CR = 13
/** The longest of what an event stream can begin with is `[DONE]`; a BOM and blanks may stand before it. */
const HEAD_CHARS = 6
const HEAD_BYTES = 64

/** Undefined while too little came to tell. */
function startsEvents(bytes: Uint8Array, isAll: boolean = false): boolean | undefined {
  const head = new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)).trimStart()
  if (head.length < HEAD_CHARS && bytes.length < HEAD_BYTES && !isAll) return undefined
  return /^(?:(?:data|event|id|retry)?:|\[DONE\])/.test(head)
}

/** How many bytes of white space a body begins with. */
function blanksBefore(bytes: Uint8Array): number {
  const first = bytes.findIndex((byte) => byte > 32)
  return first === -1 ? bytes.length : first
}

const withoutBom = (bytes: Uint8Array): Uint8Array =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes

function atMost(limit: number, count: number, what: string): void {
  if (count <= limit) return
  throw new DroverError(
    'security.limit',
    `Expected ${what} of at most ${limit} bytes in a stream, got more.`,
  )
}
