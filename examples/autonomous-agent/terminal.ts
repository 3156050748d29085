import { stripVTControlCharacters, styleText } from 'node:util'
import type { WriteStream } from 'node:tty'

type Style = Parameters<typeof styleText>[0]

/** Where the run is shown: a terminal, or a pipe, which gets plain text. */
export interface Terminal {
  /** Colours a text, where the terminal and `NO_COLOR`, `FORCE_COLOR` and `TERM` want colours. */
  readonly paint: (style: Style, text: string) => string
  readonly line: (text?: string) => void
  /** One line: `label`, as much of `text` as fits, and `note` at the right edge. */
  readonly row: (label: string, text: string, options?: RowOptions) => void
  /** Shows what is being waited for, and since when, until the next line; on a terminal only. */
  readonly wait: (forWhat: string) => void
  /** Ends the waiting, if any. */
  readonly close: () => void
}

interface RowOptions {
  readonly note?: string
  readonly style?: Style
}

const FRAMES = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏'
const TICK_MS = 100
const CLEAR_LINE = '\r\u001B[K'

export function createTerminal(stream: WriteStream): Terminal {
  const width = Math.min(Math.max(stream.columns ?? 100, 60), 120)
  const isLive = stream.isTTY && process.env['TERM'] !== 'dumb'
  const paint = (style: Style, text: string): string => styleText(style, text, { stream })
  let timer: NodeJS.Timeout | undefined

  const close = (): void => {
    if (timer === undefined) return
    clearInterval(timer)
    timer = undefined
    stream.write(CLEAR_LINE)
  }
  const line = (text = ''): void => {
    close()
    stream.write(`${text}\n`)
  }
  const row = (label: string, text: string, { note = '', style }: RowOptions = {}): void => {
    const room = width - visibleLength(label) - note.length - 2
    const shown = clip(text, room)
    const gap = note === '' ? '' : ' '.repeat(room - [...shown].length + 2)
    line(`${label}${style ? paint(style, shown) : shown}${gap}${paint('dim', note)}`)
  }
  const wait = (forWhat: string): void => {
    if (!isLive) return
    close()
    const started = performance.now()
    let tick = 0
    timer = setInterval(() => {
      const elapsed = ((performance.now() - started) / 1000).toFixed(1)
      stream.write(`${CLEAR_LINE}    ${FRAMES[tick++ % FRAMES.length]} ${forWhat} ${elapsed} s`)
    }, TICK_MS)
  }
  return { paint, line, row, wait, close }
}

/** A text of a model or a tool, unable to move the cursor, clear the screen or turn the reading direction. */
export function harmless(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\r\n?/g, '\n')
    .replace(/[^\P{Cc}\n\t]|[\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD')
}

/** The same on one line. */
export function harmlessLine(text: string): string {
  return harmless(text).replace(/\s+/g, ' ').trim()
}

function clip(text: string, length: number): string {
  const characters = [...text]
  return characters.length <= length ? text : `${characters.slice(0, length - 1).join('')}…`
}

function visibleLength(text: string): number {
  return [...stripVTControlCharacters(text)].length
}
