import type { IncomingHttpHeaders } from 'node:http'
import type { FrontName } from '../envelope.ts'

/** Whether a request may come in: the binding needs no token, every other front a bearer token, the one that is set if one is. */
export function isAuthorized(
  front: FrontName,
  headers: IncomingHttpHeaders,
  apiToken: string | undefined,
): boolean {
  if (front === 'binding') return true
  const token = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1]
  return token !== undefined && (apiToken === undefined || token === apiToken)
}
