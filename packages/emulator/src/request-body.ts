import type { IncomingMessage } from 'node:http'

/** The largest body that is kept: room for an image as a list of numbers. */
const MAX_BODY_BYTES = 16 * 1024 * 1024

/**
 * The body as text, or `undefined` when it is larger than 16 MiB. Such a body is read to its end and thrown away: a
 * client that is still sending would not see the answer.
 */
export async function readBody(request: IncomingMessage): Promise<string | undefined> {
  let chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue
    size += chunk.length
    if (size <= MAX_BODY_BYTES) chunks.push(chunk)
    else chunks = []
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks).toString('utf8') : undefined
}
