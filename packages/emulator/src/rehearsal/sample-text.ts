import { toDate } from './calendar.ts'
import { splitWords } from './words.ts'

/** A harmless text for a required argument of this name that nothing speaks of; `undefined` for names that ask for none. */
export function sampleText(name: string, now: number): string | undefined {
  const words = splitWords(name).join(' ').toLowerCase()
  const sample = samples.find(([pattern]) => pattern.test(words))?.[1]
  return sample === 'today' ? toDate(now) : sample
}

const samples: readonly (readonly [RegExp, string])[] = [
  [/\bmail\b|\bemail\b/, 'someone@example.com'],
  [/\b(?:url|uri|link|website)\b/, 'https://example.com'],
  [/\btime ?zone\b|\btz\b/, 'UTC'],
  [/\b(?:expression|formula|equation|calculation)\b/, '0'],
  [/\b(?:dir|directory|folder|root|cwd)\b/, '.'],
  [/\b(?:file|path)\b/, 'README.md'],
  [/\b(?:phone|telephone|mobile)\b/, '+1 555 0100'],
  [/\b(?:date|day|deadline|due|when)\b/, 'today'],
  [/\b(?:time|hour)\b/, '12:00'],
  [/\bcurrency\b/, 'USD'],
  [/\b(?:origin|from)\b/, 'London'],
  [/\b(?:city|location|place|town|destination|area|venue)\b/, 'London'],
  [/\b(?:id|number|code|sku|reference|ref)\b/, '1'],
  [/\b(?:user ?name|person|customer|author|recipient|contact|guest|assignee)\b/, 'Alex Example'],
]
