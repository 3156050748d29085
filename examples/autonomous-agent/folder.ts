import { readdir, readFile, realpath, stat } from 'node:fs/promises'
import { isAbsolute, join, relative, sep } from 'node:path'

/** One file of a folder. */
export interface FolderFile {
  /** From the folder's root, with `/`. */
  readonly path: string
  readonly bytes: number
}

/** All that the agent's tools can reach: the text files below one root. */
export interface Folder {
  readonly root: string
  /** Every file, in order of its path. */
  readonly files: () => Promise<readonly FolderFile[]>
  /** The text of one file; `undefined` for what is no text or larger than 1 MB. */
  readonly read: (path: string) => Promise<string | undefined>
}

const MAX_FILES = 20_000
const MAX_BYTES = 1_000_000

// What others wrote, and what is made from the rest.
const IGNORED = /^(node_modules|\.git|dist|coverage|\.wrangler|.+-lock\.(json|yaml)|yarn\.lock)$/
// With a real account, what a tool reads is sent to the service: keys and tokens are none of its business.
const SECRET = /^(\.env(\..+)?|\.dev\.vars(\..+)?|\.npmrc|\.netrc|id_\w+|.+\.(pem|key|p12))$/i

/**
 * Opens a folder for the tools.
 * @throws Error when there is no such folder.
 */
export async function openFolder(path: string): Promise<Folder> {
  const root = await realpath(path).catch(() => undefined)
  if (root === undefined || !(await stat(root)).isDirectory()) {
    throw new Error(`Expected \`--dir\` to be a folder, got \`${path}\`, which is none.`)
  }
  return {
    root,
    files: () => collect(root),
    read: async (file) => readText(await locate(root, file)),
  }
}

/** The real place of a path a model wrote: `docs/a.md`, `./docs/a.md`, `/docs/a.md`, or the whole path. */
async function locate(root: string, path: string): Promise<string> {
  const inside = isAbsolute(path) && isBelow(root, path) ? path : join(root, path)
  const real = await realpath(inside).catch(() => undefined)
  if (real === undefined)
    throw new Error(`There is no \`${path}\`. \`list_files\` tells what there is.`)
  if (!isBelow(root, real)) throw new Error(`\`${path}\` lies outside the folder.`)
  if (relative(root, real).split(sep).some(isHidden)) {
    throw new Error(`\`${path}\` is not for reading.`)
  }
  return real
}

function isBelow(root: string, path: string): boolean {
  const way = relative(root, path)
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way)
}

function isHidden(name: string): boolean {
  return IGNORED.test(name) || SECRET.test(name)
}

async function collect(root: string): Promise<readonly FolderFile[]> {
  const found: FolderFile[] = []
  const visit = async (folder: string): Promise<void> => {
    const entries = await readdir(folder, { withFileTypes: true })
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (isHidden(entry.name)) continue
      const path = join(folder, entry.name)
      // A symbolic link is neither of the two: links are not followed, so nothing outside is met and nothing twice.
      if (entry.isDirectory()) await visit(path)
      if (!entry.isFile()) continue
      if (found.length === MAX_FILES) {
        throw new Error('There are more than 20,000 files: start with `--dir` on a smaller folder.')
      }
      const { size } = await stat(path)
      found.push({ path: relative(root, path).replaceAll(sep, '/'), bytes: size })
    }
  }
  await visit(root)
  return found
}

async function readText(path: string): Promise<string | undefined> {
  const info = await stat(path)
  if (!info.isFile() || info.size > MAX_BYTES) return undefined
  const bytes = await readFile(path)
  return bytes.includes(0) ? undefined : bytes.toString('utf8')
}
