import { toNativeReply, type ReplyUsage, type SaidReply } from './native-reply.ts'

/** A reply as the event stream Llama 3 models answer in: a word a frame and a chunk, all calls in one (protocol 5). */
export function toNativeStream(said: SaidReply, usage: ReplyUsage): ReadableStream<Uint8Array> {
  const { tool_calls, usage: counts } = toNativeReply(said, usage)
  const words = said.text?.match(/\S*\s*/g) ?? []
  const frames = [
    ...words.filter((word) => word !== '').map((response) => ({ response })),
    ...(tool_calls.length > 0 ? [{ response: '', tool_calls }] : []),
    { response: '', usage: counts },
  ]
  const events = [...frames.map((frame) => JSON.stringify(frame)), '[DONE]'].values()
  const encoder = new TextEncoder()
  return new ReadableStream({
    pull: (controller) => {
      const { done, value } = events.next()
      if (done) controller.close()
      else controller.enqueue(encoder.encode(`data: ${value}\n\n`))
    },
  })
}
