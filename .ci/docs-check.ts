import { glob, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { root, runCommand } from './run-command.ts'
import { totalsLine } from './totals.ts'

// Holds what the documents say: every `ts` block compiles by itself, links lead somewhere, and the table of packages and
// the READMEs name what the packages are and export.

interface Block {
  /** Such as `README.md:12`. */
  readonly place: string
  readonly code: string
}

const problems: string[] = []
const blocks: Block[] = []
let links = 0

const exclude = (path: string): boolean => ['node_modules', 'fixture'].includes(basename(path))
const patterns = ['README.md', 'docs/**/*.md', '{packages,examples}/**/*.md']
for await (const found of glob(patterns, { cwd: root, exclude })) {
  const path = found.replaceAll('\\', '/')
  const text = await readFile(join(root, path), 'utf8')
  blocks.push(...codeBlocks(path, text))
  await checkLinks(path, text)
}
await compile()
const exported = await checkPackages()

for (const problem of problems) console.log(problem)
const checked = blocks.length + links + exported
console.log(`${blocks.length} code blocks, ${links} links and ${exported} exports looked at.`)
if (blocks.length === 0) problems.push('no block was found')
console.log(totalsLine({ passed: Math.max(0, checked - problems.length), failed: problems.length }))
process.exitCode = problems.length === 0 ? 0 : 1

function codeBlocks(path: string, text: string): readonly Block[] {
  return Array.from(text.matchAll(/^```ts\n([\s\S]*?)^```$/gm), (match) => {
    const line = text.slice(0, match.index).split('\n').length + 1
    return { place: `${path}:${line}`, code: match[1] ?? '' }
  })
}

/** Relative links only: whether other sites are up is none of this repository's business. */
async function checkLinks(path: string, text: string): Promise<void> {
  const prose = text.replace(/^```[\s\S]*?^```$/gm, '')
  for (const [, target = ''] of prose.matchAll(/\]\(([^)\s]+)\)/g)) {
    if (/^[a-z]+:|^#/.test(target)) continue
    links += 1
    const file = join(root, dirname(path), target.replace(/#.*/, ''))
    const entries = await Array.fromAsync(glob(basename(file), { cwd: dirname(file) }))
    if (entries.length === 0) problems.push(`${path}: there is no \`${target}\``)
  }
}

/** Each block is a module of its own, in a folder where everything it may import is installed. */
async function compile(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-docs-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
    await installLinks(join(folder, 'node_modules'))
    // Node's globals and those of workerd do not go together: a block that is a Worker runs in workerd.
    await compileAll(folder, 'node', ['node'], (block) => !isWorker(block))
    await compileAll(folder, 'worker', ['@cloudflare/workers-types'], isWorker)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function isWorker({ code }: Block): boolean {
  return /\bfetch\(request, env\)/.test(code) || /: Ai\b/.test(code)
}

async function compileAll(
  folder: string,
  name: string,
  types: readonly string[],
  which: (block: Block) => boolean,
): Promise<void> {
  const places = new Map<string, string>()
  for (const [index, block] of blocks.filter(which).entries()) {
    const file = `${name}-${index}.ts`
    places.set(file, block.place)
    await writeFile(join(folder, file), block.code)
  }
  if (places.size === 0) return
  const config = {
    extends: join(root, '.config/tsconfig.node.json'),
    compilerOptions: { types, incremental: false, tsBuildInfoFile: null, noEmit: true },
    include: [],
    files: [...places.keys()],
  }
  await writeFile(join(folder, `${name}.json`), JSON.stringify(config))
  const { ok, output } = await runCommand(`tsc -p ${name}.json --pretty false`, { cwd: folder })
  if (ok) return
  const told = output.replace(/^([\w-]+\.ts)\((\d+),\d+\)/gm, (_, file: string, line: string) => {
    const [path, first] = (places.get(file) ?? `${file}:1`).split(':')
    return `${path}:${Number(first) + Number(line) - 1}`
  })
  problems.push(told.trim())
}

/** Links to the workspace's packages and to what their users bring, taken from where the workspace has them. */
async function installLinks(modules: string): Promise<void> {
  const brought: readonly (readonly [string, string])[] = [
    ['zod', 'packages/core'],
    ['zod3', 'packages/core'],
    ['pino', 'packages/core'],
    ['hono', 'examples/service'],
    ['@hono/node-server', 'examples/service'],
    ['vitest', '.'],
    ['@types/node', '.'],
    ['@cloudflare/workers-types', '.'],
    ['@cloudflare/vitest-plugin', '.'],
    ['miniflare', '.'],
  ]
  const targets = brought.map(([name, from]) => [name, join(root, from, 'node_modules', name)])
  for await (const found of glob('packages/*/package.json', { cwd: root })) {
    targets.push([`@drover/${basename(dirname(found))}`, join(root, dirname(found))])
  }
  for (const [name = '', target = ''] of targets) {
    await mkdir(dirname(join(modules, name)), { recursive: true })
    await symlink(target, join(modules, name), 'dir')
  }
}

interface Manifest {
  readonly name: string
  readonly description: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, string>>
}

/** Whatever a package exports stands in its README, and what it is stands in the table of the root's. */
async function checkPackages(): Promise<number> {
  const table = await readFile(join(root, 'README.md'), 'utf8')
  let count = 0
  for await (const found of glob('packages/*/package.json', { cwd: root })) {
    const folder = join(root, dirname(found))
    const manifest: Manifest = JSON.parse(await readFile(join(root, found), 'utf8'))
    if (manifest.private === true) continue
    const row = `| [\`${manifest.name}\`](${dirname(found).replaceAll('\\', '/')}) | ${manifest.description} |`
    if (!table.includes(row)) problems.push(`README.md: expected the row\n${row}`)
    const text = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')
    for (const name of await exportsOf(manifest, folder)) {
      count += 1
      if (!text.includes(`\`${name}`))
        problems.push(`${dirname(found)}/README.md: nothing on \`${name}\``)
    }
  }
  return count
}

/** All names; of an entry for insiders, such as `./wire`, that it is there. */
async function exportsOf({ name, exports }: Manifest, folder: string): Promise<readonly string[]> {
  const require = createRequire(join(folder, 'package.json'))
  const names: string[] = []
  for (const [entry, file] of Object.entries(exports)) {
    if (entry !== '.') names.push(`${name}${entry.slice(1)}`)
    if (entry === './wire') continue
    const module: object = await import(require.resolve(join(folder, file)))
    names.push(...Object.keys(module))
  }
  return names
}
