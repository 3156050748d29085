import { DroverError } from '@drover/core'
import type { ModelReply, ModelRequest, ModelSource } from '@drover/emulator'
import { script } from '@drover/emulator'
import { readFile } from 'node:fs/promises'
import { extname, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const KEYS: readonly string[] = ['text', 'toolCalls', 'error', 'result', 'stream']

/**
 * The model that a file is: a JSON list of replies, or a module that exports a list or a function.
 * @throws {DroverError} `config.invalid` when it cannot be read, or is neither.
 */
export async function readModelScript(file: string): Promise<ModelSource> {
  const path = resolve(file)
  const content = await load(path).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new DroverError(
      'config.invalid',
      `Expected \`--script\` to be a file of replies: ${reason}`,
      {
        cause,
      },
    )
  })
  // A list was looked at below, a function says for itself what it gives.
  if (typeof content === 'function') {
    return script(content as (request: ModelRequest) => ModelReply | Promise<ModelReply>)
  }
  if (!Array.isArray(content) || !content.every(isReply)) {
    throw new DroverError(
      'config.invalid',
      `Expected \`${file}\` to hold a list of replies, each an object with one of \`${KEYS.join('`, `')}\`: ` +
        '`[{ "text": "Hello" }]`. A module exports it, or a function of the request, as its default.',
    )
  }
  return script(content)
}

async function load(path: string): Promise<unknown> {
  if (extname(path) === '.json') return JSON.parse(await readFile(path, 'utf8'))
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href)
  return module.default
}

function isReply(entry: unknown): entry is ModelReply {
  return (
    typeof entry === 'object' && entry !== null && KEYS.some((key) => Object.hasOwn(entry, key))
  )
}
