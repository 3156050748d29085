export { allCalls, readReply } from './wire/reply.ts'
export type {
  OfferedTool,
  ReadReplyOptions,
  RefusalReason,
  RefusedCall,
  Reply,
  ReplyCall,
} from './wire/reply.ts'
export { createEventStream } from './wire/event-stream.ts'
export { readStream } from './wire/stream.ts'
export type { ReadStreamOptions } from './wire/stream.ts'
export type { ReplyDelta } from './wire/stream-reader.ts'
export type { Repair, RepairKind } from './tool/repair.ts'
export { classify, isServiceCode } from './wire/error-code.ts'
export type { ErrorClass } from './wire/error-code.ts'
export { knownModels, profileOf } from './wire/profile.ts'
export type { ModelProfile } from './wire/profile.ts'
export { retirementOf } from './wire/retirement.ts'
export type { Retirement } from './wire/retirement.ts'
export { PRICES_DATE } from './wire/model-table.ts'
export { costOf, USD_PER_NEURON } from './wire/price.ts'
export type { Cost, CostBasis } from './wire/price.ts'
export { estimateTokens } from './wire/estimate-tokens.ts'
export { nearest } from './nearest.ts'
export { guardJson, own, parseJson } from './json.ts'
export type { JsonLimits } from './json.ts'
export { validateJson } from './json-schema-validate.ts'
export { checkModelId } from './wire/model-id.ts'
export { checkGateway } from './wire/gateway.ts'
export type { GatewayOptions } from './wire/gateway.ts'
export { checkOption, expected } from './option.ts'
export type { OptionRule } from './option.ts'
export { createRedaction } from './redaction.ts'
