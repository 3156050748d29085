import * as core from '@drover/core'
import * as response from '@drover/core/response'
import * as testing from '@drover/core/testing'
import * as wire from '@drover/core/wire'
import * as zod3 from '@drover/core/zod3'
import * as zodMini from '@drover/core/zod-mini'
import { expect, test } from 'vitest'

test('these names are the public surface', () => {
  expect(Object.keys(core).toSorted()).toMatchInlineSnapshot(`
    [
      "BackendError",
      "DroverError",
      "and",
      "approve",
      "costCeiling",
      "createAgent",
      "deny",
      "failedSteps",
      "foldEvents",
      "generate",
      "isRunEvent",
      "maxSteps",
      "moneySpent",
      "neuronsUsed",
      "not",
      "or",
      "runTools",
      "silentLogger",
      "systemRuntime",
      "timeElapsed",
      "toFlatTool",
      "toFunctionTool",
      "tokensUsed",
      "tool",
      "toolCalled",
    ]
  `)
  expect(Object.keys(response).toSorted()).toEqual([
    'readUIMessages',
    'toResponse',
    'toUIMessageStreamResponse',
  ])
  expect(Object.keys(testing).toSorted()).toMatchInlineSnapshot(`
    [
      "createTape",
      "fakeRuntime",
      "forbidModelRequests",
      "recordingBackend",
      "replayBackend",
      "scriptedBackend",
      "toBodyChunks",
    ]
  `)
  expect(Object.keys(wire).toSorted()).toMatchInlineSnapshot(`
    [
      "PRICES_DATE",
      "USD_PER_NEURON",
      "allCalls",
      "checkGateway",
      "checkModelId",
      "checkOption",
      "classify",
      "costOf",
      "createEventStream",
      "createRedaction",
      "estimateTokens",
      "expected",
      "guardJson",
      "isServiceCode",
      "knownModels",
      "nearest",
      "own",
      "parseJson",
      "profileOf",
      "readReply",
      "readStream",
      "retirementOf",
      "validateJson",
    ]
  `)
  expect(Object.keys(zod3)).toEqual(['zod3'])
  expect(Object.keys(zodMini)).toEqual(['zodMini'])
})
