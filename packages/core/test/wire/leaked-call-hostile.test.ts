import { expect, test } from 'vitest'
import { type OfferedTool, recoverCalls } from '../../src/wire/leaked-call.ts'
import { createTextGate } from '../../src/wire/text-gate.ts'

const SIZE = 1_000_000
const PIECE = 20
const fill = (part: string): string => part.repeat(Math.ceil(SIZE / part.length))

const tools: readonly OfferedTool[] = [
  { name: 'f', parameters: { type: 'object', properties: { a: { type: 'integer' } } } },
]

// Each is a second at most where the work grows with the length, and minutes to years where it grows with its square.
const texts: Readonly<Record<string, string>> = {
  'brackets that open': fill('['),
  'braces that open': fill('{'),
  'round brackets that open': `f${fill('(')}`,
  'objects in objects': fill('{"a":'),
  'lists in lists': fill('[1,'),
  'mixed openings': fill('[{(f(a=[{"'),
  'a million keys': `{${Array.from({ length: SIZE }, (_, index) => `"k${index}":1`).join(',')}}`,
  'calls in calls': fill('f(a='),
  'calls with an unclosed string': fill("f('"),
  'calls one after the other': fill('f(a=1) '),
  'calls in a list': `[${fill('f(a=1), ')}`,
  'calls in strings of a list': fill('["f(a=1)",'),
  'calls in fences': fill('```\nf(a=1)\n'),
  'calls in one fence with words': `\`\`\`\n${fill('f(a=1) x\n')}`,
  'JSON calls': fill('{"name":"f","arguments":{"a":1}}\n'),
  'JSON calls in prose': fill('{"name":"f","arguments":{"a":1}} and so on. '),
  'lists of calls that never close': fill('{"tool_calls":['),
  'names before objects': fill('f\n{"a":'),
  'an unclosed string': `{"name":"f","arguments":{"a":"${fill('x')}`,
  'a string of escapes': `{"name":"f","arguments":{"a":"${fill('\\n')}`,
  backslashes: fill('\\'),
  quotes: fill('"'),
  'single quotes': fill("'"),
  'angle brackets': fill('<'),
  'tags that never close': fill('<a '),
  'function tags': fill('<function=f><parameter=a>'),
  'parameter tags': `<function=f>${fill('<parameter=a>1</parameter>')}`,
  'argument tags': `<tool_call>f${fill('<arg_key>')}`,
  'special tokens': fill('<|eot_id|>'),
  'half a special token': fill('<|'),
  'thoughts that open': fill('<think>'),
  'thoughts that close': fill('</think>'),
  'turns of others': fill('<|im_start|>'),
  backticks: fill('`'),
  'a name and spaces': `f${fill(' ')}`,
  'a name and newlines': `f${fill('\n')}`,
  'names and newlines': fill('f\n\n\n\n'),
  'names in prose': fill('f is a tool; '),
  'a name and dots': `f${fill('.')}x`,
  'one long word': fill('a'),
  'conditions without end': fill('if you '),
  'stars and dashes': fill('* - '),
}

test.each(Object.entries(texts))('a megabyte of %s is read in linear time', (_, text) => {
  const { calls } = recoverCalls(text, tools, () => true)
  expect(calls.length).toBeLessThanOrEqual(text.length / 6)
})

test.each(Object.entries(texts))('%s pass the gate in small pieces in linear time', (_, text) => {
  const gate = createTextGate({ tools })
  let shown = 0
  for (let at = 0; at < text.length; at += PIECE)
    shown += gate.push(text.slice(at, at + PIECE)).length
  expect(shown).toBeLessThanOrEqual(text.length)
})
