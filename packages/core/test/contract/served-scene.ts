import type { Backend } from '@drover/core'
import type { OpenScene, SeenRequest } from './stage.ts'

/** Sets scenes on a script server; `connect` makes the backend that reaches a scene. */
export function servedScenes(url: string, connect: (key: string) => Backend): OpenScene {
  return async (replies) => {
    const opened = await post(`${url}/scenes/`, replies)
    const { key } = opened as { readonly key: string } // what the script server answers
    const read = async (path: string): Promise<unknown> =>
      (await fetch(`${url}/scenes/${key}/${path}`)).json()
    return {
      backend: connect(key),
      requests: async () => (await read('requests')) as readonly SeenRequest[], // the emulator's own list
      arrival: (number) => read(`arrivals/${number}`),
      closing: (number) => read(`closings/${number}`),
      [Symbol.asyncDispose]: async () => {
        await fetch(`${url}/scenes/${key}`, { method: 'DELETE' })
      },
    }
  }
}

async function post(url: string, value: unknown): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify(value) })
  return response.json()
}
