import type { Logger, Runtime } from '@drover/core'
import { DroverError, silentLogger, systemRuntime } from '@drover/core'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import { createAnswerRecorder } from './cassette/record-answers.ts'
import type { EmulatorRecording } from './cassette/record-answers.ts'
import type { ModelSource } from './model-source.ts'
import type { AnsweredRequest, ReceivedRequest } from './received-request.ts'
import { createRequestList } from './received-request.ts'
import { checkQuota, createQuota } from './quota.ts'
import type { QuotaOptions } from './quota.ts'
import { rehearsal } from './rehearsal/rehearsal.ts'
import type { MisbehaveOptions } from './misbehave/misbehave-options.ts'
import { checkMisbehave } from './misbehave/misbehave-options.ts'
import { inUrl } from './request-guard.ts'
import { createRequestListener } from './request-listener.ts'
import { createSceneListener } from './scene/scene-listener.ts'
import { checkStreaming } from './streaming/check-streaming.ts'
import type { StreamingOptions } from './streaming/streaming-options.ts'

const LOCAL = '127.0.0.1'

/** How an emulator behaves; everything may be left out. */
export interface EmulatorOptions {
  /** 0 to 65535; 0 takes any free one. @default 0 */
  readonly port?: number
  /**
   * Another interface to listen on, such as `0.0.0.0`: other machines can then reach it, so `apiToken` must be set, and
   * every request needs it, those of the binding too. @default this machine alone: 127.0.0.1
   */
  readonly host?: string
  /** What answers: `script(…)`, `rehearsal()` or your own. @default rehearsal() */
  readonly model?: ModelSource
  /** Whether models the service has retired still answer, or are refused with 5028 as the service does. @default 'serve' */
  readonly retired?: 'serve' | 'refuse'
  /** The only bearer token that every front but the binding accepts. @default any token that is not empty */
  readonly apiToken?: string
  /** How replies are streamed; a reply's own `streaming` goes before it, field by field. @default as each model does */
  readonly streaming?: StreamingOptions
  /** What goes wrong, by name and rate: `{ leak: 0.3, '429': 'once', seed: 7 }`. @default nothing */
  readonly misbehave?: MisbehaveOptions
  /** Neurons a day, after which 4006 is answered until 00:00 UTC on the runtime's clock. @default no end */
  readonly quota?: QuotaOptions
  /** Lets clients open scenes, each with a model and requests of its own: see `openScene`. @default false */
  readonly scenes?: boolean
  /** Lets the process end while the emulator listens. @default false */
  readonly background?: boolean
  /** Called once for each request for an inference, when all is over: for a live log. What it throws is logged. */
  readonly onAnswer?: (request: AnsweredRequest) => void
  /** Records what the model is asked and what goes out, into a cassette that is written on `close`; a file, or more. */
  readonly record?: string | EmulatorRecording
  /** Time, ids and chance. @default systemRuntime */
  readonly runtime?: Runtime
  /** pino-shaped; never gets a token. @default silent */
  readonly log?: Logger
}

/** A running emulator. */
export interface Emulator extends AsyncDisposable {
  /** Such as `http://127.0.0.1:8790`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** The latest 1,000 requests for an inference, in order of arrival; a live list. */
  readonly requests: readonly ReceivedRequest[]
  /** Ends every connection, then resolves. May be called twice. */
  readonly close: () => Promise<void>
}

/**
 * Starts a Workers AI on this machine: an HTTP server on 127.0.0.1 that speaks REST and the wire of `env.AI`.
 * @throws {DroverError} `config.invalid` when an option is out of range, or the port is taken.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options)
  const {
    model = rehearsal(),
    retired = 'serve',
    streaming = {},
    misbehave = {},
    apiToken,
  } = options
  const { runtime = systemRuntime, log = silentLogger, host, onAnswer, record } = options
  const recorder = record === undefined ? undefined : createAnswerRecorder(model, record)
  const requests = createRequestList()
  const server = createServer()
  const port = await listen(server, options.port ?? 0, host ?? LOCAL)
  const quota = createQuota(options.quota, runtime.now)
  const settings = {
    source: recorder?.source ?? model,
    retired,
    streaming,
    misbehave,
    apiToken,
    runtime,
    log,
    port,
    host,
    onAnswer,
    quota,
  }
  const hooks = { onRequest: requests.add, onChange: requests.update }
  const createListener = options.scenes === true ? createSceneListener : createRequestListener
  const listener = createListener({ ...settings, ...hooks })
  server.on('request', recorder?.listen(listener) ?? listener)
  if (options.background === true) server.unref()
  const close = async (): Promise<void> => {
    await new Promise<void>((resolve) => {
      // The only error `close` reports is that the server is closed already.
      server.close(() => resolve())
      server.closeAllConnections()
    })
    recorder?.save()
  }
  const isAny = host === undefined || host === '0.0.0.0' || host === '::'
  const url = `http://${isAny ? LOCAL : inUrl(host)}:${port}`
  log.info({ url, model: model.name }, 'the emulator listens')
  return { url, port, requests: requests.all, close, [Symbol.asyncDispose]: close }
}

function checkOptions(options: EmulatorOptions): void {
  const { host, misbehave, port, retired, streaming, apiToken, quota } = options
  if (quota !== undefined) checkQuota(quota)
  if (streaming !== undefined) checkStreaming(streaming)
  if (misbehave !== undefined) checkMisbehave(misbehave)
  if (port !== undefined && !(Number.isInteger(port) && port >= 0 && port <= 65_535)) {
    throw new DroverError(
      'config.invalid',
      `Expected \`port\` to be an integer from 0 to 65535, got ${String(port)}.`,
    )
  }
  if (retired !== undefined && !['serve', 'refuse'].includes(retired)) {
    throw new DroverError(
      'config.invalid',
      `Expected \`retired\` to be 'serve' or 'refuse', got ${JSON.stringify(retired)}.`,
    )
  }
  if (host !== undefined && apiToken === undefined) {
    throw new DroverError(
      'config.invalid',
      'Expected `apiToken` beside `host`: other machines can reach that interface, and only a token keeps them out.',
    )
  }
  if (apiToken === '') {
    throw new DroverError(
      'config.invalid',
      'Expected `apiToken` not to be empty. Leave it out to accept any token.',
    )
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const reason = cause.code === 'EADDRINUSE' ? 'it is taken' : cause.message
      reject(
        new DroverError(
          'config.invalid',
          `Expected to listen on port ${port} of ${host}, but ${reason}. ` +
            'End what listens there, or leave `port` out to get a free one.',
          { cause },
        ),
      )
    })
    server.listen(port, host, () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
}
