/**
 * True when the `env.AI` that `getPlatformProxy` of wrangler hands to Node refused a signal: it writes what it is given
 * as text, and says so before it has sent anything.
 */
export function isUnsendable(error: unknown): boolean {
  return error instanceof Error && error.name === 'DevalueError'
}

/**
 * The same response, whose body is read to its end where its reader cancels it. Cancelling a body of `getPlatformProxy`
 * ends the process with an unhandled rejection (miniflare 5.20261102.0-beta).
 */
export function withoutCancel(response: Response): Response {
  const reader = response.body?.getReader()
  if (reader === undefined) return response
  const drain = async (): Promise<void> => {
    for (;;) if ((await reader.read()).done) return
  }
  const body = new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      const { done, value } = await reader.read()
      if (done) controller.close()
      else controller.enqueue(value)
    },
    cancel: () => {
      drain().catch(() => {})
    },
  })
  return new Response(body, { status: response.status, headers: [...response.headers] })
}
