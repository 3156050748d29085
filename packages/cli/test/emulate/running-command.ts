import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../src/drover.ts', import.meta.url))

/** The command as a process of its own. */
export interface RunningCommand extends AsyncDisposable {
  readonly stdout: () => string
  readonly stderr: () => string
  /** Waits until the output matches; gives the first group. */
  readonly says: (pattern: RegExp) => Promise<string>
  readonly kill: (signal: 'SIGINT' | 'SIGTERM') => void
  /** The exit code. */
  readonly ended: Promise<number | null>
}

/** Starts `drover` with these arguments, and nothing of this process's settings. */
export function runDrover(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): RunningCommand {
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
  const ended = once(child, 'close').then(() => child.exitCode)
  const says = async (pattern: RegExp): Promise<string> => {
    for (;;) {
      const found = pattern.exec(stdout) ?? pattern.exec(stderr)
      if (found !== null) return found[1] ?? found[0]
      const more = [once(child.stdout, 'data'), once(child.stderr, 'data')]
      const over = ended.then(() => 'over' as const)
      if ((await Promise.race([...more, over])) === 'over') {
        throw new Error(`Ended before it said ${String(pattern)}:\n${stdout}\n${stderr}`)
      }
    }
  }
  return {
    stdout: () => stdout,
    stderr: () => stderr,
    says,
    kill: (signal) => void child.kill(signal),
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
