import type { Mentions } from './mentions.ts'

const endings: readonly (readonly [RegExp, string])[] = [
  [/\b(?:markdown|\.?mdx?)\b/i, 'md'],
  [/\b(?:typescript|\.?tsx?)\b/i, 'ts'],
  [/\b(?:javascript|\.?m?jsx?)\b/i, 'js'],
  [/\bjson\b/i, 'json'],
  [/\b(?:yaml|yml)\b/i, 'yaml'],
  [/\bpython\b/i, 'py'],
  [/\bcss\b/i, 'css'],
  [/\bhtml\b/i, 'html'],
  [/\b(?:csv)\b/i, 'csv'],
  [/\b(?:text|txt) files?\b/i, 'txt'],
]

/** The ending of the kind of files a text speaks of, without the dot: `md` for markdown. */
export function findEnding(text: string): string | undefined {
  return endings.find(([pattern]) => pattern.test(text))?.[1] ?? /\*\.(\w{1,6})\b/.exec(text)?.[1]
}

/** The folder a text speaks of: `docs` in `how many files are in docs?`. */
export function findFolder({ text, paths }: Mentions): string | undefined {
  const path = paths.find((candidate) => !/\.\w{1,5}$/.test(candidate))
  if (path !== undefined) return path.replace(/(?<=.)\/+$/, '')
  const named =
    /\b(?:folder|directory)\s+["'`]?([\w@.-]+)/i.exec(text)?.[1] ??
    /\b(?:in|under|inside|within|of|from)\s+(?:the\s+)?["'`]?([\w@.-]+)["'`]?\s+(?:folder|directory)\b/i.exec(
      text,
    )?.[1] ??
    /\bfiles?\b[^.?!]{0,40}?\b(?:in|under|inside|within)\s+(?:the\s+)?["'`]?([\w@-]+)["'`]?/i.exec(
      text,
    )?.[1]
  return named === undefined ||
    /^(?:this|that|here|total|it|all|each|every|is|called|named|project|repo|repository|workspace|there)$/i.test(
      named,
    )
    ? undefined
    : named
}

/** A glob: the one written, or one made of the folder and the kind of files spoken of. */
export function findGlob(mentions: Mentions): string | undefined {
  const [written] = mentions.globs
  if (written !== undefined) return written
  const folder = findFolder(mentions)
  const ending = findEnding(mentions.text)
  if (folder === undefined && ending === undefined) return undefined
  return `${folder === undefined ? '' : `${folder}/`}**/*${ending === undefined ? '' : `.${ending}`}`
}
