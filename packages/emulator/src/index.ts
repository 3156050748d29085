export { startEmulator } from './emulator.ts'
export type { Emulator, EmulatorOptions } from './emulator.ts'
export type { FrontName } from './envelope.ts'
export type { ReceivedRequest } from './received-request.ts'

export { script } from './script.ts'
export type { Script } from './script.ts'
export { rehearsal } from './rehearsal/rehearsal.ts'

export type {
  ErrorReply,
  ModelMessage,
  ModelReply,
  ModelRequest,
  ModelSource,
  ModelToolCall,
  OfferedTool,
  RawReply,
  SpokenReply,
} from './model-source.ts'
export type { JsonObject } from './json-object.ts'

export { seedInputSchema, seedToolSchemas } from './seed-schema.ts'
