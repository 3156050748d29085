export { scriptedBackend } from './testing/scripted-backend.ts'
export type {
  ScriptedBackend,
  ScriptedReply,
  ScriptedRequest,
  ScriptEntry,
} from './testing/scripted-backend.ts'
export { forbidModelRequests } from './testing/forbid-model-requests.ts'
export { fakeRuntime } from './testing/fake-runtime.ts'
export type { FakeRuntime, FakeRuntimeOptions } from './testing/fake-runtime.ts'
export { recordingBackend } from './testing/recording-backend.ts'
export type { RecordingBackend } from './testing/recording-backend.ts'
export { replayBackend } from './testing/replay-backend.ts'
export type { ReplayBackend, ReplayOptions } from './testing/replay-backend.ts'
export { toBodyChunks } from './testing/recorded-body.ts'
export { createTape } from './testing/tape.ts'
export type { Tape, TapeEntry, TapeOptions } from './testing/tape.ts'
export type { RedactOptions } from './testing/cassette-redaction.ts'
export type {
  BodyEnding,
  Cassette,
  Exchange,
  HttpAnswer,
  JsonRecord,
  NoAnswer,
  PackedRequest,
  RecordedAnswer,
  RecordedBody,
  RecordedChunk,
} from './testing/cassette.ts'
