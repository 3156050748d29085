import { tool, type Tool } from '@drover/core'
import { Parser } from 'expr-eval-fork'
import { posix } from 'node:path'
import * as z from 'zod'
import type { Folder, FolderFile } from './folder.ts'

/** What the agent can do: look through one folder, calculate, tell the time. None of it changes anything. */
export function createTools(folder: Folder): readonly Tool[] {
  return [
    listFiles(folder),
    readFile(folder),
    searchText(folder),
    countLines(folder),
    calculate,
    currentTime,
  ]
}

const MAX_LISTED = 100
const MAX_MATCHES = 50
const MAX_LINES = 200
const MAX_WIDTH = 160
const SOURCE =
  '**/*.{ts,tsx,mts,js,jsx,mjs,py,go,rs,java,kt,c,h,cpp,cs,rb,php,swift,vue,css,html,sql,sh}'

const glob = z.string().min(1).max(200)

const listFiles = (folder: Folder) =>
  tool({
    name: 'list_files',
    description: 'Lists files and their sizes, and tells how many there are.',
    input: z.object({
      glob: glob.default('**/*').describe('Glob of the files to list, such as docs/**/*.md'),
    }),
    effect: 'read',
    execute: async (input) => {
      const files = await matching(folder, input.glob)
      const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
      return { count: files.length, bytes, files: files.slice(0, MAX_LISTED) }
    },
  })

const readFile = (folder: Folder) =>
  tool({
    name: 'read_file',
    description: 'Reads a text file, 200 lines at a time.',
    input: z.object({
      path: z
        .string()
        .min(1)
        .max(1000)
        .describe('Path of the file, such as docs/getting-started.md'),
      firstLine: z.int().min(1).default(1).describe('Line to begin with'),
    }),
    effect: 'read',
    execute: async ({ path, firstLine }) => {
      const text = await folder.read(path)
      if (text === undefined) throw new Error(`\`${path}\` is no text file of at most 1 MB.`)
      const lines = linesOf(text)
      const shown = lines.slice(firstLine - 1, firstLine - 1 + MAX_LINES)
      if (shown.length === 0) throw new Error(`\`${path}\` has ${lines.length} lines.`)
      const last = firstLine - 1 + shown.length
      return `${path}, lines ${firstLine} to ${last} of ${lines.length}\n${shown.join('\n')}`
    },
  })

const searchText = (folder: Folder) =>
  tool({
    name: 'search_text',
    description: 'Searches all files for a text and gives the lines that contain it.',
    input: z.object({
      query: z.string().min(1).max(200).describe('Text to find, upper and lower case alike'),
      glob: glob
        .default('**/*')
        .describe('Glob of the files to search in, such as packages/**/*.ts'),
    }),
    effect: 'read',
    execute: async ({ query, glob: pattern }, { signal }) => {
      const wanted = query.toLowerCase()
      const found: string[] = []
      for (const { path } of sourceFirst(await matching(folder, pattern))) {
        signal.throwIfAborted()
        for (const [index, line] of linesOf((await folder.read(path)) ?? '').entries()) {
          if (!line.toLowerCase().includes(wanted)) continue
          found.push(`${path}:${index + 1}: ${line.trim().slice(0, MAX_WIDTH)}`)
        }
      }
      const left = found.length - MAX_MATCHES
      const more = left > 0 ? [`and ${left} more: search for something longer`] : []
      return { matches: found.length, lines: [...found.slice(0, MAX_MATCHES), ...more].join('\n') }
    },
  })

const countLines = (folder: Folder) =>
  tool({
    name: 'count_lines',
    description:
      'Counts the lines of source code by package, folder, language or file, most first.',
    input: z.object({
      by: z
        .enum(['package', 'folder', 'language', 'file'])
        .default('folder')
        .describe('What to add the lines up by; a package is a folder with a manifest'),
      glob: glob.default(SOURCE).describe('Glob of the files to count; all source code by default'),
    }),
    effect: 'read',
    execute: async ({ by, glob: pattern }, { signal }) => {
      const packages = packagesOf(await folder.files())
      const groups = new Map<string, { files: number; lines: number }>()
      for (const { path } of await matching(folder, pattern)) {
        signal.throwIfAborted()
        const lines = linesOf((await folder.read(path)) ?? '').length
        const name = groupNames[by](path, packages)
        const group = groups.get(name) ?? { files: 0, lines: 0 }
        groups.set(name, { files: group.files + 1, lines: group.lines + lines })
      }
      const sorted = Array.from(groups, ([name, group]) => ({ name, ...group })).toSorted(
        (a, b) => b.lines - a.lines,
      )
      const total = sorted.reduce((sum, { lines }) => sum + lines, 0)
      return { lines: total, [`${by}s`]: sorted.slice(0, MAX_LISTED) }
    },
  })

// Numbers and functions of numbers: no assignment, no text, no chance.
const parser = new Parser({
  operators: { assignment: false, concatenate: false, factorial: false, fndef: false, in: false },
})
for (const name of ['random', 'map', 'fold', 'filter', 'indexOf', 'join', 'fac', 'gamma']) {
  delete parser.functions[name]
}

const calculate = tool({
  name: 'calculate',
  description: 'Calculates an arithmetic expression exactly as written.',
  input: z.object({
    expression: z
      .string()
      .min(1)
      .max(1000)
      .describe('Expression such as (3 + 4) * 2 ^ 5 or 17% of 2340'),
  }),
  effect: 'read',
  execute: ({ expression }) => {
    // The library's `%` is the remainder of a division; people and models mean per cent as well.
    const plain = expression.replace(/(\d)\s*(?:%|percent)\s*of\b/gi, '$1 / 100 *')
    // 2,340 is a number, but the comma of max(1,234) parts two.
    const result: unknown = parser.evaluate(
      /[a-z]/i.test(plain) ? plain : plain.replace(/(\d),(?=\d{3}\b)/g, '$1'),
    )
    if (typeof result !== 'number' || !Number.isFinite(result)) {
      throw new Error(`\`${expression}\` has no finite number as its result.`)
    }
    // 0.1 + 0.2 is 0.3 to whoever asks: the last binary digit is cut.
    return Number(result.toPrecision(15))
  },
})

const currentTime = tool({
  name: 'current_time',
  description: 'Tells the current date and time, here or in a time zone.',
  input: z.object({
    timeZone: z.string().max(60).optional().describe('IANA time zone such as Europe/Lisbon'),
  }),
  effect: 'read',
  execute: ({ timeZone }) => {
    const now = new Date()
    const format = new Intl.DateTimeFormat('en-GB', {
      dateStyle: 'full',
      timeStyle: 'long',
      timeZone,
    })
    return { time: format.format(now), iso: now.toISOString() }
  },
})

async function matching(folder: Folder, pattern: string): Promise<readonly FolderFile[]> {
  // Models write a folder, `./docs` or `/docs` where a glob is asked for.
  const wanted = pattern.replace(/^(\.?\/)+/, '').replace(/\/$/, '')
  const files = await folder.files()
  return files.filter(
    ({ path }) =>
      wanted === '.' ||
      wanted === '' ||
      posix.matchesGlob(path, wanted) ||
      path.startsWith(`${wanted}/`),
  )
}

function sourceFirst(files: readonly FolderFile[]): readonly FolderFile[] {
  const isSource = ({ path }: FolderFile): boolean => posix.matchesGlob(path, SOURCE)
  return [...files.filter(isSource), ...files.filter((file) => !isSource(file))]
}

function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  // What stands behind the last line break is no line.
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}

/** Every folder with a manifest, the innermost first. */
function packagesOf(files: readonly FolderFile[]): readonly string[] {
  return files
    .filter(({ path }) =>
      /(?:^|\/)(?:package\.json|pyproject\.toml|Cargo\.toml|go\.mod)$/.test(path),
    )
    .map(({ path }) => posix.dirname(path))
    .toSorted((a, b) => b.length - a.length)
}

const groupNames = {
  package: (path: string, packages: readonly string[]) =>
    packages.find((name) => name === '.' || path.startsWith(`${name}/`)) ?? '.',
  folder: (path: string) => posix.dirname(path),
  language: (path: string) => posix.extname(path).slice(1),
  file: (path: string) => path,
}
