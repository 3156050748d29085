import { toNativeReply, type ReplyUsage, type SaidReply } from '../wire/native-reply.ts'

/** A reply as the event stream Llama 3 models answer in: a few words a frame, all calls in one (protocol 5). */
export function toNativeStream(said: SaidReply, usage: ReplyUsage): string {
  const { tool_calls, usage: counts } = toNativeReply(said, usage)
  const words = said.text?.match(/\S*\s*/g) ?? []
  const frames = [
    ...words.filter((word) => word !== '').map((response) => ({ response })),
    ...(tool_calls.length > 0 ? [{ response: '', tool_calls }] : []),
    { response: '', usage: counts },
  ]
  return [...frames.map((frame) => JSON.stringify(frame)), '[DONE]']
    .map((data) => `data: ${data}\n\n`)
    .join('')
}
