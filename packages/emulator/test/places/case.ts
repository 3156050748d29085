import type { AiBinding } from '@drover/binding'
import type { JsonObject, ModelReply } from '@drover/emulator/scene'

/** What of `env.AI` the cases use: the class of workerd, or the stand-in for it that `getPlatformProxy` hands to Node. */
export interface PlaceAi {
  readonly run: AiBinding['run'] &
    ((model: string, inputs: Record<string, unknown>, options?: object) => Promise<unknown>)
}

/** One thing that is the same wherever `env.AI` leads to the emulator. Plain data and web standards only: it is bundled. */
export interface PlaceCase {
  /** A sentence. */
  readonly name: string
  /** What the model says. */
  readonly replies: readonly ModelReply[]
  /** What a Worker does; gives JSON. */
  readonly run: (ai: PlaceAi) => Promise<unknown>
  /** What `run` gives. */
  readonly expected: unknown
  /** Part of what arrived at the emulator last. */
  readonly arrived?: JsonObject
  /** A stream ends before its end. */
  readonly breaksOff?: true
}

export const MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'
export const RETIRED = '@cf/meta/llama-3.1-70b-instruct'

/** What was thrown, as a Worker's own code sees it. */
export async function thrownBy(call: () => Promise<unknown>): Promise<unknown> {
  try {
    return { answered: await call() }
  } catch (error) {
    return error instanceof Error ? { name: error.name, message: error.message } : error
  }
}

/** Reads a body to its end; `broken` when it had none. */
export async function readText(
  stream: ReadableStream<Uint8Array>,
): Promise<{ readonly text: string; readonly broken: boolean }> {
  const decoder = new TextDecoder()
  const reader = stream.getReader()
  let text = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return { text, broken: false }
      text += decoder.decode(value, { stream: true })
    }
  } catch {
    return { text, broken: true }
  }
}
