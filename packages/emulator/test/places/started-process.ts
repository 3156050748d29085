import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'

/** A program with all its children. */
export interface StartedProcess extends AsyncDisposable {
  /** What the first match of `ready` had in its parentheses. */
  readonly ready: string
}

/**
 * Starts a program, and resolves once it has written a line that matches; on its output, or on file 3. Its children are
 * ended with it: a workerd that is left behind would keep its port.
 * @throws when it ends before, with all it has written.
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
  const written: string[] = []
  const end = async (): Promise<void> => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended already, as has everything it started.
    }
    await gone
  }
  try {
    const found = await new Promise<string>((resolve, reject) => {
      // Each is a pipe, as `stdio` says.
      for (const stream of child.stdio.slice(1) as Readable[]) {
        createInterface(stream).on('line', (line) => {
          written.push(line)
          const match = ready.exec(line)?.[1]
          if (match !== undefined) resolve(match)
        })
      }
      child.once('error', reject)
      child.once('exit', () => reject(new Error(`\`${command}\` ended:\n${written.join('\n')}`)))
    })
    return { ready: found, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}
