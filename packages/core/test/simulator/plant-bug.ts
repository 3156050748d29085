import { registerHooks } from 'node:module'
import { PLANTED_BUGS } from './planted-bugs.ts'

const CORE = new URL('../../src/', import.meta.url).href

/**
 * Loads core with a bug in it, from now on and in this thread alone.
 * @throws Error where the bug is unknown, or what it changes does not stand in the source exactly once.
 */
export function plantBug(name: string): void {
  const bug = PLANTED_BUGS.find((one) => one.name === name)
  if (bug === undefined) throw new Error(`Expected the name of a planted bug, got ${name}.`)
  registerHooks({
    load: (url, context, nextLoad) => {
      const loaded = nextLoad(url, context)
      if (url !== CORE + bug.file) return loaded
      const source = Buffer.from(loaded.source as Uint8Array).toString() // a source that was read from a file
      const [before, after, ...others] = source.split(bug.find)
      if (before === undefined || after === undefined || others.length > 0) {
        throw new Error(`Expected what \`${name}\` changes to stand once in ${bug.file}.`)
      }
      return { ...loaded, source: before + bug.replace + after }
    },
  })
}
