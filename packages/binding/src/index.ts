export { binding } from './binding-backend.ts'
export type { AiBinding, AiRunOptions, BindingOptions } from './binding-backend.ts'
export type { GatewayOptions } from '@drover/core/wire'
