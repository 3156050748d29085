import { defined } from '../defined.ts'
import { DroverError } from '../errors.ts'
import { safeLogger, silentLogger, type Logger } from '../log.ts'
import type { Message, ToolCall } from '../message.ts'
import { checkOption } from '../option.ts'
import { systemRuntime, type Runtime } from '../runtime.ts'
import type { AnyTool } from '../tool/tool.ts'
import type { Backend } from '../wire/backend.ts'
import type { FinishReason } from '../wire/finish-reason.ts'
import { readImage, type ImageInput } from '../wire/image.ts'
import { allCalls } from '../wire/reply.ts'
import { resolveModel } from '../wire/model.ts'
import type { ModelProfile } from '../wire/profile.ts'
import { createConversation, singleRequest } from '../wire/request.ts'
import { toWireSampling, type Sampling } from '../wire/sampling.ts'
import { wellFormed } from '../wire/text.ts'
import { addUsage, noUsage, type Usage } from '../wire/usage.ts'
import type { WireRequest } from '../wire/backend.ts'
import { createCallIds } from './call-id.ts'
import { callModel } from './call-model.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { readContent, readInput, type RunInput } from './input.ts'
import { checkBackend, toWireTools } from './prepare.ts'
import type { RequestTimeouts } from './request-watch.ts'
import { readTimeouts } from './timeouts.ts'

/** One plain call: `prompt` or `messages`, with every field of the seed model pages. */
export interface GenerateOptions extends Sampling {
  readonly backend: Backend
  readonly model: string
  /** 1 to 131,072 characters. Either this or `messages`. */
  readonly prompt?: string
  readonly messages?: RunInput
  /** Whether messages that could not be sent as they are are mended, which the log tells, or refused. @default 'repair' */
  readonly history?: HistoryPolicy
  /** Sent first, beside `messages`. */
  readonly instructions?: string
  /** Beside `prompt`: no chat template is applied, you write the model's special tokens yourself. */
  readonly raw?: boolean
  /** Beside `prompt`: the name of a LoRA adapter. */
  readonly lora?: string
  /** An image as bytes, as a list of numbers from 0 to 255, or as a binary string. */
  readonly image?: ImageInput
  /** Beside `messages`: code the service may run. Never fill it from what a model or a tool wrote. */
  readonly functions?: readonly { readonly name: string; readonly code: string }[]
  /** Beside `messages`: offered to the model. Its calls are given back, not run. */
  readonly tools?: readonly AnyTool[]
  /** @default 'auto' */
  readonly toolFormat?: 'flat' | 'function' | 'auto'
  /** False leaves the inputs of calls as the model sent them. @default true */
  readonly repair?: boolean
  /** False leaves calls that were written as text in the text. @default true */
  readonly recover?: boolean
  /** How long a request may take before it is given up and sent again. */
  readonly timeouts?: Partial<RequestTimeouts>
  readonly profile?: Partial<ModelProfile>
  readonly signal?: AbortSignal
  readonly log?: Logger
  readonly runtime?: Runtime
}

/** What one call gave. Plain JSON. */
export interface GenerateResult {
  readonly text: string
  /** Calls the model asked for, recovered and repaired; also those that would be refused: check them before you run them. */
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** Of all requests that were answered. */
  readonly usage: Usage
  readonly requestId?: string
}

/**
 * Sends one inference, with retries, and reads its reply.
 * @throws DroverError `config.*` for bad options, before any request; BackendError when the request fails for good;
 * `signal.reason` as it is after an abort.
 */
export async function generate(options: GenerateOptions): Promise<GenerateResult> {
  const { backend, model, runtime = systemRuntime } = options
  const log = safeLogger(options.log ?? silentLogger)
  checkBackend(backend)
  const profile = resolveModel(model, options.profile, log)
  const sampling = toWireSampling(options, profile.maxTokens)
  const messages = options.messages === undefined ? [] : readMessages(options, log)
  const request =
    options.messages === undefined
      ? promptRequest(options, sampling)
      : messagesRequest(options, messages, profile, sampling)
  let failed = noUsage
  const { reply, requestId } = await callModel({
    backend,
    runtime,
    log,
    signal: options.signal ?? new AbortController().signal,
    maxTokens: sampling.max_tokens,
    price: profile.price,
    tools: options.tools ?? [],
    repair: options.repair ?? true,
    recover: options.recover ?? true,
    mustSpeak: false,
    isStreamed: false,
    timeouts: readTimeouts(options.timeouts),
    request,
    onRequest: () => {},
    onFailure: ({ usage = noUsage }) => {
      failed = addUsage(failed, usage)
    },
  })
  const ids = createCallIds(messages)
  return {
    text: reply.text,
    toolCalls: allCalls(reply).map(({ toolName, input }) => ({
      toolCallId: ids.next(),
      toolName,
      input,
    })),
    finishReason: reply.finishReason,
    usage: addUsage(failed, reply.usage),
    ...defined({ requestId }),
  }
}

type WireSampling = ReturnType<typeof toWireSampling>

/** Makes the request, with as much room as is asked for. */
type MakeRequest = (maxTokens: number) => WireRequest

function promptRequest(options: GenerateOptions, sampling: WireSampling): MakeRequest {
  const { prompt, raw, lora, image } = options
  readContent('`prompt`', prompt ?? '')
  if (prompt === undefined || prompt.trim() === '') {
    throw refusal(
      'Expected `prompt` or `messages`, got neither: the model needs something to answer.',
    )
  }
  for (const field of ['tools', 'functions', 'instructions'] as const) {
    if (options[field] !== undefined)
      throw refusal(`Expected \`${field}\` beside \`messages\`, got it beside \`prompt\`.`)
  }
  const inputs = {
    prompt: wellFormed(prompt),
    ...defined({ image: readImage(image), raw, lora }),
    ...sampling,
  }
  return (maxTokens) => singleRequest(options.model, { ...inputs, max_tokens: maxTokens })
}

function readMessages(
  { messages, history = 'repair' }: GenerateOptions,
  log: Logger,
): readonly Message[] {
  checkOption('history', history, ['repair', 'refuse'])
  const read = readInput(messages, history)
  if (read.repairs.length > 0) log.warn({ repairs: read.repairs }, 'The messages were repaired.')
  return read.messages
}

function messagesRequest(
  options: GenerateOptions,
  messages: readonly Message[],
  profile: ModelProfile,
  sampling: WireSampling,
): MakeRequest {
  const { instructions, image, functions, tools = [] } = options
  for (const field of ['prompt', 'raw', 'lora'] as const) {
    if (options[field] === undefined) continue
    const advice = field === 'prompt' ? 'give one of the two' : 'it belongs beside `prompt`'
    throw refusal(`Expected no \`${field}\` beside \`messages\`: ${advice}.`)
  }
  if (instructions !== undefined) readContent('`instructions`', instructions)
  const wireTools = toWireTools(tools, options.toolFormat, profile)
  const conversation = createConversation({
    model: options.model,
    history: profile.history,
    instructions: instructions || undefined,
    tools: wireTools,
    extra: defined({ image: readImage(image), functions }),
    sampling,
    messages,
  })
  return (maxTokens) => conversation.request({ withTools: true, maxTokens })
}

const refusal = (message: string): DroverError => new DroverError('config.input', message)
