import { styleText } from 'node:util'

/** What a command needs of the terminal it runs in. */
export interface Terminal {
  /** Writes a line to the standard output. */
  readonly out: (line: string) => void
  /** Writes a line to the standard error. */
  readonly err: (line: string) => void
  /** Columns of the output; undefined where it is no terminal. */
  readonly columns: () => number | undefined
  /** The text in a colour; as it is where there are none. */
  readonly colour: (colour: Colour, text: string) => string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Resolves when the user or the system asks the command to end. */
  readonly stopped: () => Promise<void>
}

/** What a colour means here, not what it looks like. */
export type Colour = 'quiet' | 'good' | 'warning' | 'bad' | 'strong'

const STYLES = {
  quiet: 'dim',
  good: 'green',
  warning: 'yellow',
  bad: 'red',
  strong: 'bold',
} as const satisfies Record<Colour, string>

/** The terminal this process runs in. Colours as `NO_COLOR`, `FORCE_COLOR` and a pipe ask for. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process
  // A reader that has left, such as `head`, is no failure.
  stdout.on('error', () => {})
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    columns: () => (stdout.isTTY ? stdout.columns : undefined),
    colour: (colour, text) => styleText(STYLES[colour], text, { stream: stdout }),
    env,
    stopped: () =>
      new Promise((resolve) => {
        process.once('SIGINT', () => resolve())
        process.once('SIGTERM', () => resolve())
      }),
  }
}
