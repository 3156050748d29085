import { script, startEmulator } from '../../src/index.ts'
import { ACCOUNT, MODEL } from '../client.ts'

const AT_ONCE = 20
const EVERY = 1000

/** Sends requests, every other one streamed, and gives the heap in MiB after each 1,000, with all garbage collected. */
export async function heapOverRequests(count: number, collect: () => void): Promise<number[]> {
  const model = script(() => ({ text: 'It is warm in Lisbon: 26 °C.' }))
  await using emulator = await startEmulator({ model })
  const url = `${emulator.url}/client/v4/accounts/${ACCOUNT}/ai/run/${MODEL}`
  const ask = async (stream: boolean): Promise<void> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: 'Bearer token', 'content-type': 'application/json' },
      body: JSON.stringify({ prompt: 'Is it warm in Lisbon?', stream }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`Expected an answer, got ${response.status}: ${text}`)
  }
  const heaps: number[] = []
  for (let sent = AT_ONCE; sent <= count; sent += AT_ONCE) {
    await Promise.all(Array.from({ length: AT_ONCE }, (_, index) => ask(index % 2 === 0)))
    if (sent % EVERY > 0) continue
    collect()
    heaps.push(process.memoryUsage().heapUsed / 1024 ** 2)
  }
  return heaps
}
