import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A bundle as a Worker would be deployed. */
export interface Bundle {
  readonly code: string
  readonly gzipBytes: number
  /** The modules inside and their share of `code` in bytes, by path from the workspace's root, heaviest first. */
  readonly modules: ReadonlyMap<string, number>
}

/**
 * Bundles a module with esbuild for workerd, minified; `folder` is where its imports are looked up.
 * @throws an esbuild failure when an import cannot be found, as a `node:` one cannot on this platform.
 */
export async function bundle(source: string, folder: string): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: source, resolveDir: folder, loader: 'ts', sourcefile: 'worker.ts' },
    bundle: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2023',
    platform: 'browser',
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
  })
  const code = outputFiles[0]?.text ?? ''
  const gzipBytes = gzipSync(code, { level: 9 }).byteLength
  const shares = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.entries(inputs))
  const modules = shares.map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const)
  return { code, gzipBytes, modules: new Map(modules.toSorted((a, b) => b[1] - a[1])) }
}

/** What a size test shows: the figure beside its budget, and where the weight is when it is too much. */
export function sizeReport(
  name: string,
  { gzipBytes, modules }: Bundle,
  budgetKib: number,
): string {
  const figure = `${name}: ${(gzipBytes / 1024).toFixed(1)} KiB gzip of ${budgetKib} KiB`
  if (gzipBytes <= budgetKib * 1024) return figure
  const heaviest = [...modules].slice(0, 15)
  return [figure, ...heaviest.map(([path, bytes]) => `${bytes} bytes ${path}`)].join('\n  ')
}
