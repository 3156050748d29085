export { rest } from './rest-backend.ts'
export type { RestOptions } from './rest-backend.ts'
export type { GatewayOptions } from '@drover/core/wire'
