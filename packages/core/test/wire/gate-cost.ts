// Prints what the gate costs for each piece of text, beside passing the pieces on as they are. Run it with Node:
//   pnpm --filter @drover/core gate-cost
import { createTextGate, type TextGate } from '../../src/wire/text-gate.ts'

const parameters = { type: 'object', properties: { city: { type: 'string' } } }
const tools = ['get_weather', 'search_pages', 'send_email', 'list_tags', 'convert_money'].map(
  (name) => ({ name, parameters }),
)
const texts: Readonly<Record<string, string>> = {
  prose: 'The quick brown fox jumps over the lazy dog, and nobody minds that it does. ',
  Markdown:
    'It is **cold** in [Bern](https://example.org) [1]:\n\n- about `-3` degrees\n- windy (from the east)\n\n',
  'a program':
    '```ts\nconst list = { a: [1, 2], b: "x" }\nfor (const item of list.a) print(item)\n```\n\nThat is it.\n\n',
}
const passing: TextGate = { push: (text) => text }

function nanoseconds(pieces: readonly string[], gate: () => TextGate): number {
  const times = Array.from({ length: 15 }, () => {
    const { push } = gate()
    let length = 0
    const start = performance.now()
    for (const piece of pieces) length += push(piece).length
    const took = performance.now() - start
    return length < 0 ? 0 : took
  })
  return (1e6 * (times.toSorted((a, b) => a - b)[7] ?? 0)) / pieces.length
}

for (const [name, text] of Object.entries(texts)) {
  // About as a tokenizer splits: a word with the space before it, a run of marks.
  const pieces = text.repeat(200).match(/ ?\w+|[^\w\s]+|\s+/g) ?? []
  const gated = nanoseconds(pieces, () => createTextGate({ tools }))
  const plain = nanoseconds(pieces, () => passing)
  console.log(
    `${name.padEnd(12)} ${gated.toFixed(0).padStart(6)} ns a piece, ${plain.toFixed(0)} ns when passed on`,
  )
}
