import { parseArgs } from 'node:util'
import { ALL_FAULTS } from './fault-kinds.ts'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { swarm } from './swarm.ts'
import { badWorldText, totalsLine } from './totals.ts'

const HELP = `Lives worlds in which everything goes wrong, and checks that core keeps its promises.

  pnpm simulate --runs N     so many worlds (10 000)
    --seed S                 the first world's seed (0); the others follow
    --faults                 also prints how often each kind of fault struck
    --endings                also prints how the runs ended
    --threads T              how many threads (one for each core)
    --bug NAME               with a planted bug: it must be found
    --help                   this text

The same seed is the same world, event for event. Exits with 1 where a promise was broken.
The planted bugs: ${PLANTED_BUGS.map(({ name }) => name).join(', ')}.`

try {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '10000' },
      seed: { type: 'string', default: '0' },
      threads: { type: 'string' },
      bug: { type: 'string' },
      faults: { type: 'boolean', default: false },
      endings: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  })
  if (values.help) console.log(HELP)
  else await simulate(values)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${HELP}`)
  process.exitCode = 2
}

async function simulate(wanted: {
  readonly runs: string
  readonly seed: string
  readonly threads?: string
  readonly bug?: string
  readonly faults: boolean
  readonly endings: boolean
}): Promise<void> {
  const runs = count('--runs', wanted.runs, 1)
  const firstSeed = count('--seed', wanted.seed, 0)
  const started = performance.now()
  const totals = await swarm({
    runs,
    firstSeed,
    ...(wanted.threads !== undefined && { threads: count('--threads', wanted.threads, 1) }),
    ...(wanted.bug !== undefined && { bug: wanted.bug, untilBad: true }),
  })
  for (const world of totals.bad) console.log(badWorldText(world))
  if (wanted.faults)
    for (const kind of ALL_FAULTS) console.log(`${totals.hits[kind] ?? 0}\t${kind}`)
  if (wanted.endings) {
    for (const [ending, times] of Object.entries(totals.endings)) console.log(`${times}\t${ending}`)
  }
  console.log(totalsLine(totals, firstSeed, (performance.now() - started) / 1000))
  process.exitCode = totals.violations + totals.stuck > 0 ? 1 : 0
}

function count(name: string, text: string, least: number): number {
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= least) return number
  throw new Error(`Expected \`${name}\` to be a whole number of at least ${least}, got ${text}.`)
}
