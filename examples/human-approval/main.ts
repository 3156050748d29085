import {
  approve,
  createAgent,
  deny,
  DroverError,
  type ApprovalDecision,
  type PendingApproval,
  type RunEvent,
  type RunResult,
} from '@drover/core'
import { startEmulator } from '@drover/emulator'
import { rest } from '@drover/rest'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { createInterface, type Interface } from 'node:readline/promises'
import { parseArgs } from 'node:util'
import { createTools } from './tools.ts'

const HELP = `Asks an agent to pay expenses. Payments above 50 EUR wait for you.

  npx -y pnpm@12 start                        asks for E-8 to be paid
  npx -y pnpm@12 start "Pay expense E-7 of 38.50 euros."
  npx -y pnpm@12 start --resume run.json      shows what waits, asks you, and goes on

  --file FILE     where a suspended run is kept (run.json)
  --ledger FILE   where payments are written (ledger.jsonl)
  --resume FILE   goes on with a suspended run
  --help          this text`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    file: { type: 'string', default: 'run.json' },
    ledger: { type: 'string', default: 'ledger.jsonl' },
    resume: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(HELP)
else await main()

async function main(): Promise<void> {
  const { CLOUDFLARE_ACCOUNT_ID: accountId, CLOUDFLARE_API_TOKEN: apiToken } = process.env
  // Without credentials, a Workers AI on this machine answers: a rehearsal by rules, not a language model.
  const emulator = accountId || apiToken ? undefined : await startEmulator()
  const backend = emulator
    ? rest({ accountId: 'local', apiToken: 'local', baseUrl: emulator.url })
    : rest({ accountId: accountId ?? '', apiToken: apiToken ?? '' })
  const agent = createAgent({
    backend,
    model: '@cf/meta/llama-3.1-8b-instruct-fast',
    instructions: 'You pay expenses. Say what you paid and what you were not allowed to pay.',
    tools: createTools(values.ledger),
  })
  try {
    if (values.resume === undefined) {
      const question = positionals.join(' ') || 'Pay expense E-8 of 240 euros.'
      console.log(question)
      return await report(await agent.run(question), values.file)
    }
    const file = values.resume
    const events = await readRun(file)
    // Without decisions nothing is asked and nothing is run: it tells what waits.
    const { approvals } = await agent.run({ events, decisions: [] })
    const decisions = await decide(approvals)
    await report(await agent.run({ events, decisions }), file)
  } catch (error) {
    if (!DroverError.is(error)) throw error
    console.error(error.message)
    process.exitCode = 1
  } finally {
    await emulator?.close()
  }
}

/** The events of a run are all that is kept of it: plain JSON. */
async function readRun(file: string): Promise<readonly RunEvent[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new DroverError(
      'config.input',
      `There is no suspended run in \`${file}\`: start one first.`,
    )
  })
  return JSON.parse(text)
}

async function report(result: RunResult, file: string): Promise<void> {
  if (result.stopReason === 'suspended') {
    await writeFile(file, JSON.stringify(result.events))
    console.log(`Suspended: ${result.approvals.length} waiting, kept in ${file}.`)
    for (const one of result.approvals) console.log(`  ${describe(one)}`)
    console.log(`Decide, now or later:  npx -y pnpm@12 start --resume ${file}`)
    return
  }
  await rm(file, { force: true })
  console.log(result.text)
}

/** Asks for each call that waits. Whatever is not a clear yes is a no; what follows is told to the model. */
async function decide(approvals: readonly PendingApproval[]): Promise<readonly ApprovalDecision[]> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout })
  try {
    const decisions: ApprovalDecision[] = []
    for (const one of approvals) {
      const answer = await ask(terminal, `${describe(one)}\n  Allow it? [y, or why not] `)
      if (answer === undefined) break
      decisions.push(/^y(es)?$/i.test(answer) ? approve(one) : deny(one, answer || undefined))
    }
    return decisions
  } finally {
    terminal.close()
  }
}

/** What was answered; undefined when the terminal was closed instead: then nothing is decided. */
async function ask(terminal: Interface, question: string): Promise<string | undefined> {
  const closed = new Promise<undefined>((resolve) =>
    terminal.once('close', () => resolve(undefined)),
  )
  return Promise.race([terminal.question(question).then((answer) => answer.trim()), closed])
}

/** The exact input, whole, as the tool will get it. JSON shows control characters for what they are. */
function describe({ toolName, input }: PendingApproval): string {
  return `${toolName} ${JSON.stringify(input)}`
}
