import { createRequire } from 'node:module'

// Its package exports the path of the program, and has no types.
const program: unknown = createRequire(import.meta.url)('workerd')

/** The path of the workerd that is installed. */
export function workerdBinary(): string {
  const { default: path } = Object(program) as { readonly default?: unknown } // any value can be looked at
  if (typeof path !== 'string') throw new Error('Expected the package `workerd` to export a path.')
  return path
}
