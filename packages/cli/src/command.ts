import { DroverError } from '@drover/core'
import { Command, CommanderError } from 'commander'
import { createRequire } from 'node:module'
import { emulateCommand } from './emulate/emulate-command.ts'
import type { Terminal } from './terminal.ts'

/** What a command gives back to the shell. */
const EXIT = { fine: 0, failed: 1, misused: 2 } as const

/**
 * Runs the command line; resolves with the exit code: 0 when all went well, 1 when what was asked for failed, 2 when it
 * was asked for wrongly.
 */
export async function drover(args: readonly string[], terminal: Terminal): Promise<number> {
  const program = new Command('drover')
    .description('Agents that call tools, on Cloudflare Workers AI.')
    .version(version(), '-v, --version', 'the version')
    .helpOption('-h, --help', 'this text; of a command: `drover emulate --help`')
    .helpCommand(false)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
      getOutHelpWidth: () => Math.min(terminal.columns() ?? 100, 100),
    })
  emulateCommand(program, terminal)
  try {
    if (args.length === 0) program.help()
    await program.parseAsync([...args], { from: 'user' })
    return EXIT.fine
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return EXIT.fine
      terminal.err('Try `drover --help`, or `drover emulate --help`.')
      return EXIT.misused
    }
    if (!DroverError.is(error)) throw error
    terminal.err(`drover: ${error.message}`)
    return error.code === 'config.invalid' ? EXIT.misused : EXIT.failed
  }
}

function version(): string {
  // The manifest of this package, in the workspace and in a tarball alike.
  const manifest: { readonly version: string } = createRequire(import.meta.url)('../package.json')
  return manifest.version
}
