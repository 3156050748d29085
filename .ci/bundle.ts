import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

/** A bundle as a Worker would be deployed. */
export interface Bundle {
  readonly code: string
  readonly gzipBytes: number
  /** Paths of the modules inside, from the workspace's root. */
  readonly modules: readonly string[]
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
  return { code, gzipBytes, modules: Object.keys(metafile.inputs) }
}

/** `12.3 KiB`. */
export function kibibytes(bytes: number): string {
  return `${(bytes / 1024).toFixed(1)} KiB`
}
