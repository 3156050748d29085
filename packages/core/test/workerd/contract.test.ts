import { binding } from '@drover/binding'
import { env } from 'cloudflare:workers'
import { inject } from 'vitest'
import { describeBackend } from '../contract/backend-contract.ts'
import { servedScenes } from '../contract/served-scene.ts'

describeBackend(
  'the real env.AI',
  servedScenes(inject('emulatorUrl'), (key) =>
    binding(env.AI, { extraHeaders: { 'x-scene': key } }),
  ),
)
