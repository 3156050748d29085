import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, runCommand, seconds } from './run-command.ts'
import { totalsLine } from './totals.ts'

// Builds every public package from nothing, packs it as a release would, and looks at the tarballs as a user's tools
// do: publint for the manifest, attw for the types, and a folder of its own that installs and imports them.

interface Manifest {
  readonly name: string
  readonly description: string
  readonly private?: boolean
  readonly exports: Readonly<Record<string, unknown>>
}

interface Package {
  readonly folder: string
  readonly manifest: Manifest
}

let passed = 0
let failed = 0

/** Counts one check and shows it; true when it passed. */
async function check(name: string, run: () => Promise<string | undefined>): Promise<boolean> {
  const started = performance.now()
  const problem = await run()
  if (problem === undefined) passed += 1
  else failed += 1
  const verdict = problem === undefined ? 'ok    ' : 'FAILED'
  console.log(`${name.padEnd(40)}${verdict}${seconds(performance.now() - started)}`)
  if (problem !== undefined) console.log(`\n${problem.trimEnd()}\n`)
  return problem === undefined
}

/** Runs a command; gives its output when it failed. */
async function problemOf(command: string, cwd: string = root): Promise<string | undefined> {
  const result = await runCommand(command, { cwd })
  return result.ok ? undefined : `$ ${command}\n${result.output}`
}

const packages = await readPackages()
const tarballs = await mkdtemp(join(tmpdir(), 'drover-pack-'))
try {
  if ((await check('build', build)) && (await check('pack', pack))) {
    for (const { folder, manifest } of packages) {
      const tarball = join(tarballs, await tarballOf(manifest))
      await check(`${manifest.name} publint`, () => problemOf(`publint --strict ${tarball}`))
      await check(`${manifest.name} attw`, () => problemOf(`attw ${tarball} --profile esm-only`))
      await check(`${manifest.name} contents`, () => contents(tarball))
      await check(`${manifest.name} README`, () => readme(folder, manifest))
    }
    await check('a folder that installs all of them', consumer)
  }
} finally {
  await rm(tarballs, { recursive: true })
}
console.log(totalsLine({ passed, failed }))
process.exitCode = failed === 0 ? 0 : 1

async function readPackages(): Promise<readonly Package[]> {
  const found: Package[] = []
  for (const name of (await readdir(join(root, 'packages'))).toSorted()) {
    const folder = join(root, 'packages', name)
    const manifest: Manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
    if (manifest.private !== true) found.push({ folder, manifest })
  }
  return found
}

/** Builds from nothing: a file that was renamed would otherwise still be published from an older build. */
async function build(): Promise<string | undefined> {
  for (const { folder } of packages) {
    await rm(join(folder, 'dist'), { recursive: true, force: true })
    await rm(join(folder, '.tsbuildinfo'), { force: true })
  }
  return problemOf(`tsc -b ${packages.map(({ folder }) => folder).join(' ')}`)
}

/** Packs with pnpm, which alone puts `publishConfig.exports` and real versions into the manifest. */
function pack(): Promise<string | undefined> {
  const filters = packages.map(({ manifest }) => `--filter ${manifest.name}`).join(' ')
  return problemOf(`npx -y pnpm@12 -r ${filters} pack --pack-destination ${tarballs}`)
}

async function tarballOf({ name }: Manifest): Promise<string> {
  const prefix = `${name.replace('@', '').replace('/', '-')}-`
  const file = (await readdir(tarballs)).find((candidate) => candidate.startsWith(prefix))
  if (file === undefined) throw new Error(`Expected a tarball \`${prefix}*.tgz\`, found none.`)
  return file
}

/** A tarball holds the build, the manifest, the licence and the README, and no trace of the workspace. */
async function contents(tarball: string): Promise<string | undefined> {
  const listing = await runCommand(`tar -tzf ${tarball}`)
  const files = listing.output.trim().split('\n')
  const allowed = /^package\/(package\.json|LICENSE|README\.md|dist\/.+\.(js|js\.map|d\.ts))$/
  const extra = files.filter((file) => !allowed.test(file))
  if (extra.length > 0) return `Not to be published: ${extra.join(', ')}`
  for (const needed of ['package/LICENSE', 'package/README.md', 'package/dist/index.js']) {
    if (!files.includes(needed)) return `Expected \`${needed}\` in the tarball.`
  }
  const manifest = await runCommand(`tar -xzOf ${tarball} package/package.json`)
  return /workspace:|\.\/src\//.test(manifest.output) ? manifest.output : undefined
}

/** The sentence that says what a package is, is the same in its manifest and at the top of its README. */
async function readme(folder: string, { description }: Manifest): Promise<string | undefined> {
  const text = await readFile(join(folder, 'README.md'), 'utf8').catch(() => '')
  const top = text.split('\n').slice(0, 5)
  return top.includes(description)
    ? undefined
    : `Expected the README to begin with its package's description:\n${description}`
}

/**
 * Installs the tarballs with npm, as a user would, imports every entry of every package, and type-checks that: the
 * packages that use web standards only must need no types of Node.
 */
async function consumer(): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'drover-consumer-'))
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }')
    const files = await Promise.all(packages.map(({ manifest }) => tarballOf(manifest)))
    const tarballPaths = files.map((file) => join(tarballs, file)).join(' ')
    const others = `zod@${await versionOf('packages/core', 'zod')} @types/node@${await versionOf('.', '@types/node')}`
    const install = `npm install --no-audit --no-fund --prefer-offline ${tarballPaths} ${others}`
    const importsNode = ({ manifest }: Package): boolean =>
      ['@drover/emulator', '@drover/cli'].includes(manifest.name)
    await writeFile(join(folder, 'web.ts'), imports(packages.filter((one) => !importsNode(one))))
    await writeFile(join(folder, 'node.ts'), imports(packages))
    const tsc = 'tsc --noEmit --strict --module nodenext --target es2023'
    return (
      (await problemOf(install, folder)) ??
      (await problemOf('node node.ts', folder)) ??
      (await problemOf(`${tsc} --lib es2023,webworker --types "" web.ts`, folder)) ??
      (await problemOf(`${tsc} --lib es2023,esnext.disposable --types node node.ts`, folder))
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** A module that uses every entry of the packages. */
function imports(of: readonly Package[]): string {
  const entries = of.flatMap(({ manifest }) =>
    Object.keys(manifest.exports).map((entry) => join(manifest.name, entry)),
  )
  const lines = entries.map((entry, index) => `import * as entry${index} from '${entry}'\n`)
  const names = entries.map((_, index) => `entry${index}`).join(', ')
  return `${lines.join('')}export const entries: object[] = [${names}]\n`
}

/** The version of a development dependency that the workspace itself uses. */
async function versionOf(folder: string, dependency: string): Promise<string> {
  const text = await readFile(join(root, folder, 'package.json'), 'utf8')
  const manifest: { readonly devDependencies: Readonly<Record<string, string>> } = JSON.parse(text)
  const version = manifest.devDependencies[dependency]
  if (version === undefined) throw new Error(`Expected \`${dependency}\` in ${folder}.`)
  return version
}
