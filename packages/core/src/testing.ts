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
