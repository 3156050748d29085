// Prints what reading a reply of a megabyte costs, as a share of twenty times JSON.parse of its body. Run it with Node:
//   pnpm --filter @drover/core reading-cost
import { readReply } from '@drover/core/wire'

const parameters = { type: 'object', properties: { text: { type: 'string' } } }
const tools = [{ name: 'save', description: 'Saves a text', parameters }]
const row = { note: 'a line with "quotes" and (brackets)', list: [1, 2] }
const prose = 'You could save this (or not), as in `x = 1`; see [the list] {here}.\n'.repeat(15_000)
const texts: Readonly<Record<string, string>> = {
  'an answer in words': 'The quick brown fox jumps over the lazy dog, and nobody minds.\n'.repeat(
    16_000,
  ),
  'prose that names a tool': prose,
  'an answer that is JSON': JSON.stringify(
    Array.from({ length: 12_000 }, (_, id) => ({ ...row, id })),
  ),
  'a call': JSON.stringify({ name: 'save', parameters: { text: prose } }),
  'open brackets': '['.repeat(1_000_000),
  'an open string': `{"name": "save", "parameters": {"text": "${'x'.repeat(1_000_000)}`,
}

function median(work: () => void): number {
  const times = Array.from({ length: 9 }, () => {
    const start = performance.now()
    work()
    return performance.now() - start
  })
  return times.toSorted((a, b) => a - b)[4] ?? 0
}

for (const [name, response] of Object.entries(texts)) {
  const body = JSON.stringify({ response })
  const parsing = median(() => {
    for (let round = 0; round < 20; round++) JSON.parse(body)
  })
  const reading = median(() => void readReply({ response }, { tools }))
  console.log(`${name.padEnd(24)} ${(reading / parsing).toFixed(2)}`)
}
