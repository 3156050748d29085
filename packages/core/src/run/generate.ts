import { defined } from '../defined.ts'
import { DroverError } from '../errors.ts'
import { safeLogger, silentLogger, type Logger } from '../log.ts'
import type { Message, ToolCall } from '../message.ts'
import { checkOption } from '../option.ts'
import { systemRuntime, type Runtime } from '../runtime.ts'
import type { ToolInput } from '../tool/schema.ts'
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
import { checkToolChoice, type ToolChoice } from '../wire/tool-choice.ts'
import type { WireRequest } from '../wire/backend.ts'
import type { WireInputs } from '../wire/inputs.ts'
import { createCallIds } from './call-id.ts'
import { callModel } from './call-model.ts'
import type { HistoryPolicy } from './history-repair.ts'
import { readContent, readInput, type RunInput } from './input.ts'
import { toStepRequest, type Offer } from './offer.ts'
import type { OutputOf } from './output.ts'
import { checkBackend, prepareAgent } from './prepare.ts'
import type { RequestTimeouts } from './request-watch.ts'
import { readOrigin } from './resume.ts'
import { drainRun } from './run-stream.ts'
import { createStepOffer } from './step-offer.ts'
import { readTimeouts } from './timeouts.ts'
import { createToolSets, toolsByName } from './tool-set.ts'

/** One plain call: `prompt` or `messages`, with every field of the seed model pages. */
export interface GenerateOptions<
  Output extends ToolInput | undefined = undefined,
> extends Sampling {
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
  /** Beside `tools`: whether the model calls them. A model that does not, twice, is `model.no_call`. @default 'auto' */
  readonly toolChoice?: ToolChoice
  /**
   * Beside `messages`, without `tools`: the schema of an object to give as `output`. An answer that does not fit is asked
   * for again, twice.
   * @see docs/guides/structured-output.md
   */
  readonly output?: Output
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

/** What one call gave. Plain JSON, as far as the `output` schema makes such. */
export interface GenerateResult<Output = unknown> {
  readonly text: string
  /** What the schema made of the answer; `undefined` where none was given. */
  readonly output: Output
  /** Calls the model asked for, recovered and repaired; also those that would be refused: check them before you run them. */
  readonly toolCalls: readonly ToolCall[]
  readonly finishReason: FinishReason
  /** Of all requests that were answered. */
  readonly usage: Usage
  readonly requestId?: string
}

/**
 * Sends one inference, with retries, and reads its reply; with `output`, up to two more until it fits.
 * @throws DroverError `config.*` for bad options, before any request, `model.no_output` where no answer fits `output`;
 * BackendError when the request fails for good; `signal.reason` as it is after an abort.
 */
export async function generate<Output extends ToolInput | undefined = undefined>(
  options: GenerateOptions<Output>,
): Promise<GenerateResult<OutputOf<Output>>> {
  const { output, messages } = options
  const result =
    output === undefined || messages === undefined
      ? generateReply(options)
      : generateOutput(options, messages)
  // `output` is what this very schema made, as `OutputOf` says.
  return result as Promise<GenerateResult<OutputOf<Output>>>
}

type AnyOptions = GenerateOptions<ToolInput | undefined>

async function generateReply(options: AnyOptions): Promise<GenerateResult> {
  const { backend, model, runtime = systemRuntime } = options
  const log = safeLogger(options.log ?? silentLogger)
  checkBackend(backend)
  const profile = resolveModel(model, options.profile, log)
  const sampling = toWireSampling(options, profile.maxTokens)
  const messages = options.messages === undefined ? [] : readMessages(options, log)
  const tools = toolsByName(options.tools ?? [])
  const toolSets = createToolSets(tools, options.toolFormat)
  const toolSet = toolSets(tools.keys(), profile)
  const { toolChoice = 'auto' } = options
  checkToolChoice(toolChoice, tools)
  const offers = createStepOffer(
    { toolSets, output: undefined, withoutJsonMode: new Set() },
    { model, profile, toolSet, active: undefined, withheld: [], toolChoice },
    { closing: false, demand: undefined },
  )
  const request =
    options.messages === undefined
      ? promptRequest(options, sampling)
      : messagesRequest(options, messages, profile, sampling, offers.next)
  let failed = noUsage
  const { reply, requestId } = await callModel({
    backend,
    runtime,
    log,
    signal: options.signal ?? new AbortController().signal,
    maxTokens: sampling.max_tokens,
    price: profile.price,
    tools: toolSet.list,
    repair: options.repair ?? true,
    recover: options.recover ?? true,
    mustSpeak: offers.first.mustSpeak,
    refuse: offers.refuse,
    isStreamed: false,
    timeouts: readTimeouts(options.timeouts),
    request,
    onRequest: () => {},
    onFailure: (failure) => {
      const { usage = noUsage } = failure
      offers.onFailure(failure)
      failed = addUsage(failed, usage)
    },
  })
  const ids = createCallIds(messages)
  return {
    text: reply.text,
    output: undefined,
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

/** A run without tools whose answer is the output. */
async function generateOutput(options: AnyOptions, messages: RunInput): Promise<GenerateResult> {
  if (options.tools !== undefined) {
    throw refusal('Expected `output` without `tools`: `createAgent` takes both.')
  }
  checkMessagesFields(options)
  const agent = { ...prepareAgent({ ...options, tools: [] }), extra: extraOf(options) }
  const origin = readOrigin(messages, agent.history)
  const { signal } = options
  const { text, output, usage, events } = await drainRun(agent, origin, defined({ signal }))
  const reply = events.findLast((event) => event.type === 'model-reply')
  const { finishReason = 'other', requestId } = reply ?? {}
  return { text, output, toolCalls: [], finishReason, usage, ...defined({ requestId }) }
}

type WireSampling = ReturnType<typeof toWireSampling>

/** Makes the request, with as much room as is asked for. */
type MakeRequest = (maxTokens: number) => WireRequest

function promptRequest(options: AnyOptions, sampling: WireSampling): MakeRequest {
  const { prompt, raw, lora, image } = options
  readContent('`prompt`', prompt ?? '')
  if (prompt === undefined || prompt.trim() === '') {
    throw refusal(
      'Expected `prompt` or `messages`, got neither: the model needs something to answer.',
    )
  }
  for (const field of ['tools', 'toolChoice', 'output', 'functions', 'instructions'] as const) {
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
  { messages, history = 'repair' }: AnyOptions,
  log: Logger,
): readonly Message[] {
  checkOption('history', history, ['repair', 'refuse'])
  const read = readInput(messages, history)
  if (read.repairs.length > 0) log.warn({ repairs: read.repairs }, 'The messages were repaired.')
  return read.messages
}

function messagesRequest(
  options: AnyOptions,
  messages: readonly Message[],
  profile: ModelProfile,
  sampling: WireSampling,
  offer: () => Offer,
): MakeRequest {
  checkMessagesFields(options)
  const conversation = createConversation({
    model: options.model,
    history: profile.history,
    instructions: options.instructions || undefined,
    tools: undefined,
    extra: extraOf(options),
    sampling,
    messages,
  })
  return (maxTokens) => conversation.request({ ...toStepRequest(offer()), maxTokens })
}

function checkMessagesFields(options: AnyOptions): void {
  for (const field of ['prompt', 'raw', 'lora'] as const) {
    if (options[field] === undefined) continue
    const advice = field === 'prompt' ? 'give one of the two' : 'it belongs beside `prompt`'
    throw refusal(`Expected no \`${field}\` beside \`messages\`: ${advice}.`)
  }
  if (options.instructions !== undefined) readContent('`instructions`', options.instructions)
}

const extraOf = ({ image, functions }: AnyOptions): Partial<WireInputs> =>
  defined({ image: readImage(image), functions })

const refusal = (message: string): DroverError => new DroverError('config.input', message)
