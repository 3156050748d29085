import { createServer } from 'node:http'
import type { TestProject } from 'vitest/node'

export default async function setup(project: TestProject): Promise<() => void> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ response: 'hello' }))
  })
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : 0)
    })
  })
  project.provide('emulatorUrl', `http://127.0.0.1:${port}`)
  return () => server.close()
}
