import { spawn } from 'node:child_process'
import { delimiter, join } from 'node:path'

/** What a finished command left behind. */
export interface CommandResult {
  /** True when it exited with 0 in time. */
  readonly ok: boolean
  /** Standard output and standard error, in the order they came. */
  readonly output: string
  readonly durationMs: number
}

export interface CommandOptions {
  /** @default the workspace's root */
  readonly cwd?: string
}

export const root: string = join(import.meta.dirname, '..')

// The longest stage takes well under a minute; a command that hangs must not hang the machine that checks.
const TIMEOUT_MS = 10 * 60_000

/**
 * Runs one command line in a shell, without input and with the workspace's tools first in `PATH`. The whole process
 * group is ended when the time is up or when this process is interrupted, so no server of an example outlives it.
 */
export function runCommand(command: string, options: CommandOptions = {}): Promise<CommandResult> {
  const cwd = options.cwd ?? root
  const bins = [join(cwd, 'node_modules/.bin'), join(root, 'node_modules/.bin')]
  const started = performance.now()
  return new Promise((resolve) => {
    const child = spawn(command, {
      cwd,
      shell: true,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: [...bins, process.env['PATH']].join(delimiter), NO_COLOR: '1' },
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))

    const endGroup = (): void => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    }
    const interrupt = (): void => {
      endGroup()
      process.exit(130)
    }
    const timer = setTimeout(() => {
      chunks.push(
        Buffer.from(`\nEnded: \`${command}\` ran longer than ${TIMEOUT_MS / 60_000} minutes.\n`),
      )
      endGroup()
    }, TIMEOUT_MS)
    process.once('SIGINT', interrupt)
    process.once('SIGTERM', interrupt)

    child.on('close', (code) => {
      clearTimeout(timer)
      process.off('SIGINT', interrupt)
      process.off('SIGTERM', interrupt)
      const output = Buffer.concat(chunks).toString('utf8')
      resolve({ ok: code === 0, output, durationMs: performance.now() - started })
    })
  })
}

/** `1.2 s`, right-aligned to eight characters. */
export function seconds(durationMs: number): string {
  return `${(durationMs / 1000).toFixed(1)} s`.padStart(8)
}
