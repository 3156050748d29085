import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A program with all its children. */
export interface StartedProcess extends AsyncDisposable {
  /** What the first match of `ready` had in its parentheses. */
  readonly ready: string
}

/** Longer than any start takes on a busy machine, and shorter than vitest waits for a hook. */
const DEADLINE_MS = 50_000

/**
 * Starts a program, and resolves once it has written a line that matches; on its output, or on file 3. Its children are
 * ended with it, at the latest when this process ends: a workerd that is left behind would keep its port.
 * @throws when it ends before, or after 50 seconds, with all it has written.
 */
export async function startProcess(
  command: string,
  args: readonly string[],
  ready: RegExp,
  options: { readonly cwd: string; readonly env: NodeJS.ProcessEnv },
): Promise<StartedProcess> {
  const stdio = ['ignore', 'pipe', 'pipe', 'pipe'] as const
  const child = spawn(command, args, { ...options, detached: true, stdio: [...stdio] })
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const kill = (): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already, as has everything it started.
    }
  }
  const end = async (): Promise<void> => {
    process.off('exit', kill)
    kill()
    await gone
  }
  process.once('exit', kill)
  let deadline: NodeJS.Timeout | undefined
  try {
    const found = await new Promise<string>((resolve, reject) => {
      const written: string[] = []
      const fail = (what: string): void =>
        reject(new Error(`\`${command} ${args.join(' ')}\` ${what}:\n${written.join('\n')}`))
      // Each is a pipe, as `stdio` says.
      for (const stream of child.stdio.slice(1) as Readable[]) {
        createInterface(stream).on('line', (line) => {
          written.push(line)
          const match = ready.exec(line)?.[1]
          if (match !== undefined) resolve(match)
        })
      }
      child.once('error', reject)
      child.once('close', (code) => fail(`ended with ${code}`))
      deadline = setTimeout(() => fail('is not ready'), DEADLINE_MS)
    })
    return { ready: found, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  } finally {
    clearTimeout(deadline)
  }
}
