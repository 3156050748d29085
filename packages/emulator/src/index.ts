export { startEmulator } from './emulator.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export type { FrontName } from './envelope.ts'
export type { QuotaOptions } from './quota.ts'
export type { AnsweredRequest, ReceivedRequest } from './received-request.ts'

export { script } from './script.ts'
export type { Script } from './script.ts'
export { cassette } from './cassette/cassette-source.ts'
export type { CassetteSource } from './cassette/cassette-source.ts'
export { openCassette, record, replay } from './cassette/cassette-backend.ts'
export type {
  CassetteBackend,
  OpenCassetteOptions,
  RecordOptions,
} from './cassette/cassette-backend.ts'
export type { EmulatorRecording } from './cassette/record-answers.ts'
export { rehearsal } from './rehearsal/rehearsal.ts'
export { upstream } from './upstream/upstream.ts'
export type { UpstreamOptions } from './upstream/upstream.ts'

export type {
  ErrorReply,
  LiveReply,
  Measured,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelSource,
  ModelToolCall,
  OfferedTool,
  RawReply,
  RawStreamReply,
  SpokenReply,
} from './model-source.ts'
export type { JsonObject } from './json-object.ts'

export { toEventStream } from './streaming/event-stream.ts'
export type { EventStream, EventStreamOptions } from './streaming/event-stream.ts'
export { streamVariants } from './streaming/stream-variant.ts'
export type { StreamVariant } from './streaming/stream-variant.ts'
export type {
  LineEnds,
  StreamChunks,
  StreamingOptions,
  StreamQuirk,
} from './streaming/streaming-options.ts'
export type { ErrorEventShape, StreamFault } from './streaming/stream-fault.ts'
export type { StreamEnding } from './streaming/apply-fault.ts'

export { readMisbehaveHeader } from './misbehave/misbehave-options.ts'
export { misbehaviours } from './misbehave/misbehaviours.ts'
export type { MisbehaviourName } from './misbehave/misbehaviours.ts'
export type { MisbehaveOptions, MisbehaveRate } from './misbehave/misbehave-options.ts'

export { seedInputSchema, seedToolSchemas } from './seed-schema.ts'
