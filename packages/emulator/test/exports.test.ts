import { expect, test } from 'vitest'
import * as emulator from '../src/index.ts'

test('the public names', () => {
  expect(Object.keys(emulator).toSorted()).toEqual([
    'cassette',
    'misbehaviours',
    'openCassette',
    'readMisbehaveHeader',
    'record',
    'rehearsal',
    'replay',
    'script',
    'seedInputSchema',
    'seedToolSchemas',
    'startEmulator',
    'streamVariants',
    'toEventStream',
    'upstream',
  ])
})
