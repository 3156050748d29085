import type { Logger, Runtime } from '@drover/core'
import type { FrontName } from './envelope.ts'
import type { Struck } from './misbehave/misbehaviour.ts'
import type { Strikes } from './misbehave/strikes.ts'
import type { ModelEntry } from './model-catalogue.ts'
import type { ModelRequest, ModelSource } from './model-source.ts'
import type { Quota } from './quota.ts'
import type { EndedReply } from './streaming/reply-frames.ts'
import type { StreamingOptions } from './streaming/streaming-options.ts'

/** What an inference needs beside its inputs. */
export interface InferenceContext {
  readonly source: ModelSource
  readonly retired: 'serve' | 'refuse'
  readonly runtime: Runtime
  readonly log: Logger
  readonly streaming: StreamingOptions
  readonly quota: Quota
}

/** Who asks for an inference. */
export interface Asker {
  readonly front: FrontName
  readonly requestId: string
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal
  /** What goes wrong with the request. */
  readonly strikes: Strikes
  /** Called with what a model has said once it is whole and counted; of a stream while it goes out. */
  readonly onEnd: (ended: EndedReply) => void
}

/** What a reply answers. */
export interface Asked {
  readonly request: ModelRequest
  readonly model: ModelEntry
  readonly inputTokens: number
  readonly struck: Struck
}
