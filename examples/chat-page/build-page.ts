import { build } from 'esbuild'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PageFiles } from './app.ts'

const folder = join(import.meta.dirname, 'page')

/** Bundles the page, React and `useChat` included. */
export async function buildPage(): Promise<PageFiles> {
  const { outputFiles } = await build({
    entryPoints: [join(folder, 'chat.tsx')],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    // Its notices go with the bundle itself.
    legalComments: 'inline',
  })
  const [html, style] = await Promise.all(
    ['index.html', 'page.css'].map((name) => readFile(join(folder, name), 'utf8')),
  )
  return { html: html ?? '', style: style ?? '', script: outputFiles[0]?.text ?? '' }
}
