import type { ErrorRecord, StreamEvent } from '../run/event.ts'
import { eventStreamResponse, type ResponseOptions } from './event-stream-body.ts'
import type { UIMessageChunk } from './ui-message-chunk.ts'
import { createUIMessageWriter } from './ui-message-writer.ts'

/** How a run is shown to a page. */
export interface UIMessageResponseOptions extends ResponseOptions {
  /**
   * What the page is told of a failed run. An error's message is for the developer, so a page gets its code alone.
   * @default `The answer failed: <code>.`
   */
  readonly describeError?: (error: ErrorRecord) => string
}

/**
 * A run as the AI SDK's UI message stream, version 1: what an unmodified `useChat` page reads. The assistant message has
 * the run's id, a part for each text and each call, and `UIMessageMetadata` when it is finished.
 *
 * - A call is a `tool-<name>` part with its input and output; output that is JSON arrives parsed.
 * - Text of a reply that broke off and was asked for again is taken back by `reset-step`, which `ai` knows since 7.0.70.
 * - While a request waits to be sent again, a transient `data-retry-waiting` part (`onData`) says for how long.
 * - A call that needs approval waits as `approval-requested`, and the message finishes with `metadata.stopReason`
 *   `suspended`. Once the page's answer has come, the rest of the run goes into the same message.
 * - A failed run is the chat's `error`; an aborted one finishes with `metadata.stopReason` `aborted`.
 *
 * A page that presses stop closes the response, which leaves the stream.
 * @see https://ai-sdk.dev/docs/ai-sdk-ui/stream-protocol
 */
export function toUIMessageStreamResponse(
  stream: AsyncIterable<StreamEvent>,
  {
    describeError = ({ code }) => `The answer failed: ${code}.`,
    ...options
  }: UIMessageResponseOptions = {},
): Response {
  const toChunks = createUIMessageWriter(describeError)
  let ended = false
  const writer = {
    write: (event: StreamEvent) => {
      ended ||= event.type === 'run-end'
      return toFrames(toChunks(event))
    },
    close: () => {
      // A run that failed has said so; a list of events that just stops is no answer either.
      const errorText = describeError({ code: 'unknown', message: 'The events have no end.' })
      return `${ended ? '' : toFrames([{ type: 'error', errorText }])}data: [DONE]\n\n`
    },
  }
  return eventStreamResponse(stream, writer, { 'x-vercel-ai-ui-message-stream': 'v1' }, options)
}

function toFrames(chunks: readonly UIMessageChunk[]): string {
  let frames = ''
  for (const chunk of chunks) frames += `data: ${JSON.stringify(chunk)}\n\n`
  return frames
}
