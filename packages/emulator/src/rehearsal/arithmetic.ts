const NUMBER = String.raw`\d[\d,]*(?:\.\d+)?`

const spoken: readonly (readonly [RegExp, string])[] = [
  [new RegExp(String.raw`(${NUMBER})\s*(?:%|percent)\s+of\s+(${NUMBER})`, 'gi'), '($1 / 100) * $2'],
  [new RegExp(String.raw`(?:square root|sqrt) of (${NUMBER})`, 'gi'), 'sqrt($1)'],
  [new RegExp(String.raw`(${NUMBER}) squared`, 'gi'), '$1 ^ 2'],
  [/\bto the power of\b/gi, '^'],
  [/\b(?:multiplied by|times)\b/gi, '*'],
  [/\bdivided by\b/gi, '/'],
  [/\bplus\b/gi, '+'],
  [/\bminus\b/gi, '-'],
  [new RegExp(String.raw`(\d)\s*[x×]\s*(?=\d)`, 'gi'), '$1 * '],
  [/÷/g, '/'],
]

/**
 * The arithmetic a text asks for, as an expression most calculators read: `17% of 2,340` gives `(17 / 100) * 2340`, `the
 * sum of 3, 4 and 5` gives `3 + 4 + 5`. `undefined` when it asks for none.
 */
export function findExpression(text: string): string | undefined {
  return overList(text) ?? findOperators(text)
}

function overList(text: string): string | undefined {
  const asked = /\b(sum|total|add|average|mean|product)\b/i.exec(text)
  if (asked === null) return undefined
  // In a list `3, 4 and 5` a comma followed by a space parts the numbers; within `2,340` it does not.
  const rest = text.slice(asked.index)
  const numbers = (rest.match(/-?\d+(?:,\d{3})*(?:\.\d+)?/g) ?? []).map((number) =>
    number.replaceAll(',', ''),
  )
  if (numbers.length < 2) return undefined
  const kind = asked[1]?.toLowerCase()
  if (kind === 'product') return numbers.join(' * ')
  const sum = numbers.join(' + ')
  return kind === 'average' || kind === 'mean' ? `(${sum}) / ${numbers.length}` : sum
}

function findOperators(text: string): string | undefined {
  let written = text
  for (const [pattern, replacement] of spoken) written = written.replace(pattern, replacement)
  written = written.replace(/(\d),(?=\d{3})/g, '$1')
  const runs = written.match(/(?:sqrt\(|[\d(])(?:[\d.\s()+*/^-]|sqrt\()*/g) ?? []
  const expressions = runs.map((run) => run.trim().replace(/[\s.+*/^(-]+$/, ''))
  return expressions
    .filter((run) => /\d\s*\)?\s*[+*/^]|\d\s+-\s+\d|^\d+-\d+$|sqrt/.test(run) && isBalanced(run))
    .toSorted((left, right) => right.length - left.length)[0]
}

function isBalanced(text: string): boolean {
  let depth = 0
  for (const character of text) {
    if (character === '(') depth++
    if (character === ')' && --depth < 0) return false
  }
  return depth === 0
}
