// Prints what many clients at once cost, and whether the heap grows. Exits with 1 where it fails or grows.
//   pnpm --filter @drover/emulator load
import { heapOverRequests } from './heap-over-requests.ts'
import { runAtOnce } from './runs-at-once.ts'

const RUNS = 500
// The first 2,000 fill the list of the latest 1,000 requests and warm up the compiler.
const WARM_UP = 2
const MAX_GROWTH_MIB = 1

const { answered, failures, requests, ms } = await runAtOnce(RUNS)
console.log(`${answered} of ${RUNS} streamed runs at once answered`)
console.log(`${requests} requests, ${failures.length} failures, ${(ms / 1000).toFixed(1)} s`)
for (const failure of failures.slice(0, 10)) console.log(`  ${failure}`)

const { gc } = globalThis
if (gc === undefined) throw new Error('Expected `node --expose-gc`.')
const heaps = (await heapOverRequests(12_000, () => gc())).slice(WARM_UP)
console.log(`heap after each 1,000 requests: ${heaps.map((mib) => mib.toFixed(1)).join(' ')} MiB`)
const growth = (heaps.at(-1) ?? 0) - (heaps[0] ?? 0)
console.log(`growth: ${growth.toFixed(2)} MiB`)

process.exitCode = failures.length === 0 && growth < MAX_GROWTH_MIB ? 0 : 1
