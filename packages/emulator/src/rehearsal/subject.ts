import type { Mentions } from './mentions.ts'
import { isStopWord } from './words.ts'

/** What a text wants looked for: the quoted part, the word no prose has, else the words behind the verb. */
export function findSubject(mentions: Mentions): string | undefined {
  const { quoted, identifiers, text } = mentions
  const exact = quoted[0] ?? identifiers[0]
  if (exact !== undefined) return exact
  const behind =
    /\b(?:search(?: \w+){0,2} for|look(?:ing)? for|look up|find|grep(?: for)?|locate|mentions? of|occurrences? of|about|where(?: is| are)?)\s+([^.?!\n]{1,200})/i.exec(
      text,
    )?.[1]
  const words = (behind ?? '')
    .replace(
      /\b(?:in|inside|within|under|across)\s+(?:the\s+|all\s+|any\s+)?[\w./-]+(?:\s+(?:folder|directory|files?|code|project))?\s*$/i,
      '',
    )
    .split(/\s+/)
    .map((word) => word.replace(/^\W+|\W+$/g, ''))
  const kept = words.filter(
    (word) =>
      word !== '' &&
      !isStopWord(word) &&
      !/^(?:used|defined|mentioned|imported|called|every|anything|something|word|text|out|occurs?|appears?)$/i.test(
        word,
      ),
  )
  if (kept.length > 0) return kept.join(' ')
  if (mentions.names[0] !== undefined) return mentions.names[0].name
  const content = (text.match(/[\p{L}\p{N}-]+/gu) ?? []).filter((word) => !isStopWord(word))
  return content.length > 0 ? content.slice(0, 12).join(' ') : undefined
}
