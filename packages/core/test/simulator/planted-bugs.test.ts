import { readFile } from 'node:fs/promises'
import { afterAll, describe, expect, test } from 'vitest'
import { PLANTED_BUGS } from './planted-bugs.ts'
import { swarm } from './swarm.ts'

const MAX_SEED = 10_000
const found: number[] = []

afterAll(() => {
  const seeds = found.toSorted((a, b) => a - b)
  console.log(
    `planted bugs found ${seeds.length}/${PLANTED_BUGS.length}, median seed ${seeds[seeds.length >> 1]}, worst ${seeds.at(-1)}`,
  )
})

test('at least twenty different mistakes are planted, each at one place that is there', async () => {
  expect(new Set(PLANTED_BUGS.map(({ name }) => name)).size).toBe(PLANTED_BUGS.length)
  expect(PLANTED_BUGS.length).toBeGreaterThanOrEqual(20)
  for (const { file, find } of PLANTED_BUGS) {
    const source = await readFile(new URL(`../../src/${file}`, import.meta.url), 'utf8')
    expect(source.split(find), `${file}: ${find}`).toHaveLength(2)
  }
})

describe.concurrent('the simulator finds a core that', () => {
  test.each(PLANTED_BUGS.map(({ name }) => name))(
    '%s',
    async (bug) => {
      const totals = await swarm({ runs: MAX_SEED, threads: 1, bug, untilBad: true })
      const [first] = totals.bad
      if (first !== undefined) found.push(first.seed)
      expect(first).toBeDefined()
    },
    10 * 60_000,
  )
})
