import type { RunStream } from '@drover/core'
import type { toResponse, toUIMessageStreamResponse, UIMessageChunk } from '@drover/core/response'
import type { UIMessageChunk as ClientChunk } from 'ai'
import { expectTypeOf, test } from 'vitest'

test('every chunk we send is one that the client knows', () => {
  expectTypeOf<UIMessageChunk>().toExtend<ClientChunk>()
})

test('both responses take what an agent streams', () => {
  expectTypeOf<RunStream>().toExtend<Parameters<typeof toResponse>[0]>()
  expectTypeOf<RunStream>().toExtend<Parameters<typeof toUIMessageStreamResponse>[0]>()
})
