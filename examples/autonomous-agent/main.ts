import { createAgent, type Backend, isRunEvent } from '@drover/core'
import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { join } from 'node:path'
import { HELP, readCommandLine, type CommandLine } from './command-line.ts'
import { openFolder } from './folder.ts'
import { createReport } from './report.ts'
import { createTerminal, harmless } from './terminal.ts'
import { createTools } from './tools.ts'

const INSTRUCTIONS = `You answer questions about one folder of files, with tools.
Look instead of guessing: paths are relative to the folder, and \`list_files\` tells what there is.
Use \`calculate\` for arithmetic. When you know the answer, give it in short plain sentences, with its figures and paths.`

const repository = join(import.meta.dirname, '../..')
const terminal = createTerminal(process.stdout)
const interruption = new AbortController()

process.on('SIGINT', () => {
  // Whoever presses it twice does not want to wait for anything.
  if (interruption.signal.aborted) process.exit(130)
  interruption.abort()
})
// Whoever reads the output may stop early, as `head` does.
process.stdout.on('error', () => process.exit(0))

try {
  const command = readCommandLine(process.argv.slice(2), repository)
  if (command.help) terminal.line(HELP)
  else await answer(command)
} catch (error) {
  terminal.close()
  const interrupted = interruption.signal.aborted
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(interrupted ? 'Interrupted.\n' : `error: ${harmless(message)}\n`)
  process.exitCode = interrupted ? 130 : 1
}

async function answer({ question, dir, model, json }: CommandLine): Promise<void> {
  const folder = await openFolder(dir)
  const workersAi = await reachWorkersAi(process.env)
  try {
    const agent = createAgent({
      backend: workersAi.backend,
      model,
      instructions: INSTRUCTIONS,
      tools: createTools(folder),
    })
    const run = agent.stream(question, { signal: interruption.signal })
    if (json) {
      for await (const event of run) if (isRunEvent(event)) terminal.line(JSON.stringify(event))
      return
    }
    const { paint, line } = terminal
    line(`\n${paint('bold', harmless(question))}`)
    line(paint('dim', `in ${folder.root}, over REST at ${workersAi.address}\n`))
    const report = createReport(terminal)
    for await (const event of run) if (isRunEvent(event)) report(event)
    line(paint('dim', `Answered by ${workersAi.name}, asked as ${model} over REST.`))
    if (workersAi.hint !== undefined) line(paint('dim', workersAi.hint))
  } finally {
    await workersAi.close()
  }
}

/** Workers AI, and what to tell about it. */
interface WorkersAi {
  readonly backend: Backend
  readonly address: string
  /** Who answers. */
  readonly name: string
  /** Where another one would be had; absent for the real service. */
  readonly hint?: string
  readonly close: () => Promise<void>
}

/**
 * The real service where credentials are set, otherwise an emulator on this machine; both over HTTP.
 * @throws Error when only one of the two variables is set, or the credentials cannot be any.
 */
async function reachWorkersAi(env: NodeJS.ProcessEnv): Promise<WorkersAi> {
  const accountId = env['CLOUDFLARE_ACCOUNT_ID']?.trim() ?? ''
  const apiToken = env['CLOUDFLARE_API_TOKEN']?.trim() ?? ''
  if (accountId === '' && apiToken === '') return startRehearsal()
  if (accountId === '' || apiToken === '') {
    const [set, missing] =
      accountId === ''
        ? ['CLOUDFLARE_API_TOKEN', 'CLOUDFLARE_ACCOUNT_ID']
        : ['CLOUDFLARE_ACCOUNT_ID', 'CLOUDFLARE_API_TOKEN']
    throw new Error(
      `\`${set}\` is set, \`${missing}\` is not: set both for the real service, or neither for the emulator.`,
    )
  }
  const backend = rest({ accountId, apiToken })
  return {
    backend,
    address: 'https://api.cloudflare.com',
    name: 'Workers AI',
    close: async () => {},
  }
}

async function startRehearsal(): Promise<WorkersAi> {
  const emulator = await startEmulator()
  const backend = rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
  return {
    backend,
    address: emulator.url,
    name: "the emulator's rehearsal (rules, not a language model)",
    hint: 'For a real model, set CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN and run this again.',
    close: emulator.close,
  }
}
