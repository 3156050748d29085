import { build } from 'esbuild'
import { join } from 'node:path'

/** The Worker of the cases as one module. */
export async function bundleWorker(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'worker.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    external: ['node:*'],
    conditions: ['workerd'],
    write: false,
  })
  return outputFiles[0]?.text ?? ''
}
