import { DroverError, silentLogger } from '@drover/core'
import type { Logger } from '@drover/core'
import type { EmulatorOptions, ModelSource } from '@drover/emulator'
import { cassette, misbehaviours, rehearsal, startEmulator, upstream } from '@drover/emulator'
import type { Terminal } from '../terminal.ts'
import type { EmulateOptions } from './emulate-command.ts'
import { readModelScript } from './model-script.ts'
import { printable, requestLine, requestRecord } from './request-line.ts'
import { startScreen } from './start-screen.ts'

/**
 * Runs an emulator until the user ends it, and tells each request.
 * @throws {DroverError} `config.invalid` when an option is wrong, or the port is taken.
 */
export async function emulate(options: EmulateOptions, terminal: Terminal): Promise<void> {
  const { host, port, retired, seed, json, record, misbehave, quota } = options
  if (misbehave === 'list') return terminal.out(misbehaviourList())
  const token = options.token ?? terminal.env.DROVER_TOKEN
  if (host !== undefined && token === undefined) {
    throw new DroverError(
      'config.invalid',
      '`--host` lets other machines in: say which token keeps the others out, with `--token` or DROVER_TOKEN.',
    )
  }
  const model = await modelOf(options, terminal.env)
  const stopped = terminal.stopped()
  const settings: EmulatorOptions = {
    model,
    port,
    retired,
    ...(host === undefined ? {} : { host }),
    ...(token === undefined ? {} : { apiToken: token }),
    ...(record === undefined ? {} : { record }),
    ...(quota === undefined ? {} : { quota: { neurons: quota } }),
    ...(misbehave === undefined
      ? {}
      : { misbehave: seed === undefined ? misbehave : { ...misbehave, seed } }),
    ...(seed === undefined ? {} : { streaming: { seed } }),
    log: json === true ? silentLogger : refusals(terminal),
    onAnswer: (request) =>
      terminal.out(
        json === true ? JSON.stringify(requestRecord(request)) : requestLine(request, terminal),
      ),
  }
  await using emulator = await startEmulator(settings).catch((error: unknown) => {
    throw isTaken(error) ? portTaken(port, error) : error
  })
  const start = { url: emulator.url, sourceName: model.name, needsToken: token !== undefined }
  if (json === true) terminal.out(JSON.stringify({ type: 'listening', ...start }))
  else terminal.out(startScreen(start, terminal))
  await stopped
  await emulator.close()
  if (json === true) return
  terminal.out(record === undefined ? '\nStopped.' : `\nStopped. Recorded in ${record}.`)
}

async function modelOf(options: EmulateOptions, env: Terminal['env']): Promise<ModelSource> {
  const { upstream: baseUrl, model: models, script, cassette: recorded } = options
  if (models !== undefined && baseUrl === undefined) {
    throw new DroverError(
      'config.invalid',
      '`--model` names a model of `--upstream`, which is missing.',
    )
  }
  if (script !== undefined) return readModelScript(script)
  if (recorded !== undefined) return cassette(recorded)
  if (baseUrl === undefined) return rehearsal()
  const apiKey = env.UPSTREAM_API_KEY
  return upstream({
    baseUrl,
    ...(models === undefined ? {} : { models }),
    ...(apiKey === undefined || apiKey === '' ? {} : { apiKey }),
  })
}

function misbehaviourList(): string {
  const width = Math.max(...misbehaviours.map(({ name }) => name.length))
  return misbehaviours.map(({ name, what }) => `${name.padEnd(width)}  ${what}`).join('\n')
}

function isTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return cause instanceof Error && 'code' in cause && cause.code === 'EADDRINUSE'
}

function portTaken(port: number, cause: unknown): DroverError {
  return new DroverError(
    'http.network',
    `Port ${port} is taken, perhaps by another \`drover emulate\`. End what listens there, or take another: ` +
      `\`--port 0\` finds a free one.`,
    { cause },
  )
}

/** What the emulator turns away before it is a request for an inference. */
function refusals(terminal: Terminal): Logger {
  const tell = (fields: object, message: string): void => {
    const details = Object.entries(fields).map(
      ([name, value]) => `${name} ${printable(String(value))}`,
    )
    terminal.err(terminal.colour('warning', `${message}: ${details.join(', ')}`))
  }
  return { ...silentLogger, warn: tell, error: tell }
}
