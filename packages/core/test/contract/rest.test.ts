import { rest } from '@drover/rest'
import { afterAll } from 'vitest'
import { describeBackend } from './backend-contract.ts'
import { startScriptServer } from './script-server.ts'
import { servedScenes } from './served-scene.ts'

const server = await startScriptServer()
afterAll(server.close)

describeBackend(
  'REST over HTTP',
  servedScenes(server.url, (key) =>
    rest({
      accountId: 'contract',
      apiToken: 'contract-token',
      baseUrl: `${server.url}/scenes/${key}/rest/client/v4`,
    }),
  ),
)
