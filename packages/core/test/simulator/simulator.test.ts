import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { ALL_FAULTS } from './fault-kinds.ts'
import { INVARIANTS } from './invariants.ts'
import { swarm } from './swarm.ts'
import { badWorldText, totalsLine } from './totals.ts'

const RUNS = 100_000
const MINUTES = 60_000

describe('the simulator', () => {
  test('checks what its page says, and nothing else', async () => {
    const page = await readFile(
      new URL('../../../../docs/design/simulator.md', import.meta.url),
      'utf8',
    )
    const rows = INVARIANTS.map(({ id, says }) => `| ${id} | ${says} |`)
    expect(page.match(/^\| I\d+ \| .*\|$/gm)).toEqual(rows)
  })

  test(
    'breaks no promise in 100 000 worlds in which everything goes wrong',
    async () => {
      const started = performance.now()
      const totals = await swarm({ runs: RUNS })
      console.log(totalsLine(totals, 0, (performance.now() - started) / 1000))
      expect(totals.bad.map(badWorldText)).toEqual([])
      expect(totals).toMatchObject({ worlds: RUNS, violations: 0, stuck: 0 })
      // What does not happen proves nothing.
      const rare = ALL_FAULTS.filter((kind) => (totals.hits[kind] ?? 0) < 100)
      expect(rare).toEqual([])
      expect(totals.endings).toMatchObject({
        answer: expect.any(Number),
        'max-steps': expect.any(Number),
        'max-calls': expect.any(Number),
        'tool-failures': expect.any(Number),
        budget: expect.any(Number),
        time: expect.any(Number),
        loop: expect.any(Number),
        suspended: expect.any(Number),
      })
    },
    // Three minutes on two cores that have nothing else to do.
    20 * MINUTES,
  )

  test(
    'makes the same world of the same seed, event for event, on any number of threads',
    async () => {
      const once = await swarm({ runs: 1000, threads: 1, tellDigests: true })
      const again = await swarm({ runs: 1000, threads: 2, tellDigests: true })
      expect(Object.keys(once.digests)).toHaveLength(1000)
      expect(again).toEqual(once)
      // Few worlds are alike.
      expect(new Set(Object.values(once.digests)).size).toBeGreaterThan(950)
    },
    5 * MINUTES,
  )
})
