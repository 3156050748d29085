import type { ModelReply } from '../model-source.ts'
import type { MisbehaveOptions } from '../misbehave/misbehave-options.ts'
import type { StreamingOptions } from '../streaming/streaming-options.ts'

/** What is said in a scene, as plain JSON; everything may be left out. */
export interface SceneSettings {
  /** The replies in order, as in `script`. @default what the emulator's own model says */
  readonly replies?: readonly ModelReply[]
  /** How replies are streamed. @default as the emulator was started */
  readonly streaming?: StreamingOptions
  /** What goes wrong, by name and rate; counted from the scene's first request. @default as the emulator was started */
  readonly misbehave?: MisbehaveOptions
  /** Whether models the service has retired answer. @default as the emulator was started */
  readonly retired?: 'serve' | 'refuse'
}
