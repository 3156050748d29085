import { DroverError } from '@drover/core'
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'

const HOW_TO_RECORD =
  'To record it, run once with `DROVER_RECORD=1` (or `mode: "record"`), look through the file, and commit it.'

/** The end of every message about a recording that does not fit any more. */
export const RECORD_AGAIN: string =
  'If the change is meant, record again: run once with `DROVER_RECORD=1`.'

/**
 * Reads a cassette's text.
 * @throws DroverError `config.invalid` where there is no such file, with how to record one.
 */
export function readCassetteFile(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = Reflect.get(Object(cause), 'code')
    const what = code === 'ENOENT' ? 'there is none' : `it cannot be read (${String(code)})`
    throw new DroverError(
      'config.invalid',
      `Expected a cassette at \`${file}\`, but ${what}. ${HOW_TO_RECORD}`,
      { cause },
    )
  }
}

/** Writes a cassette's text, whole or not at all; makes its folder where there is none. */
export function writeCassetteFile(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  const half = `${file}.${process.pid}.part`
  writeFileSync(half, text)
  renameSync(half, file)
}

/**
 * Checks that this process may record.
 * @throws DroverError `config.invalid` on a CI machine: what it recorded would be seen by nobody, and pass every test.
 */
export function checkMayRecord(file: string): void {
  const { CI = '' } = process.env
  if (['', '0', 'false'].includes(CI)) return
  throw new DroverError(
    'config.invalid',
    `A recording of \`${file}\` was about to begin, and this is a CI machine (\`CI\` is set). Record where you can look ` +
      'through the file, and commit it.',
  )
}
