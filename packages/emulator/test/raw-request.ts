import { connect } from 'node:net'
import { text } from 'node:stream/consumers'

/** A request as it stands on the wire; `PORT` stands for the emulator's. */
export interface RawRequest {
  /** @default 'POST /run HTTP/1.1' */
  readonly line?: string
  /** A line each. @default one, ours */
  readonly hosts?: readonly string[]
  /** The content type; empty for none. @default 'application/json' */
  readonly type?: string
  readonly more?: readonly string[]
  /** @default inputs of the binding; empty where the method is GET, HEAD or OPTIONS */
  readonly body?: string
}

/** An answer as text. */
export interface RawAnswer {
  /** 0 when the connection was closed without any. */
  readonly status: number
  readonly text: string
}

/** Sends bytes that no client would, and reads until the server hangs up. */
export async function sendRaw(port: number, request: RawRequest): Promise<RawAnswer> {
  const { line = 'POST /run HTTP/1.1', type = 'application/json', more = [] } = request
  const { hosts = ['127.0.0.1:PORT'] } = request
  const isBare = /^(?:GET|HEAD|OPTIONS) /.test(line)
  const { body = isBare ? '' : '{"inputs":{"prompt":"hello"}}' } = request
  const head = [
    line,
    ...hosts.map((host) => `Host: ${host}`),
    'cf-consn-model-id: @cf/meta/llama-3.1-8b-instruct-fast',
    ...(type === '' ? [] : [`Content-Type: ${type}`]),
    ...(body === '' ? [] : [`Content-Length: ${body.length}`]),
    ...more,
    ...(more.some((one) => one.startsWith('Connection:')) ? [] : ['Connection: close']),
  ]
  const socket = connect(port, '127.0.0.1')
  // A server that hangs up in the middle of what it will not read is an answer, too.
  socket.on('error', () => {})
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`.replaceAll('PORT', String(port)))
  const answer = await text(socket).catch(() => '')
  return { status: Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0), text: answer }
}
