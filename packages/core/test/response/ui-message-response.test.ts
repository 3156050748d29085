import type { JsonValue, StreamEvent } from '@drover/core'
import { toUIMessageStreamResponse } from '@drover/core/response'
import { describe, expect, test } from 'vitest'
import { chunksOf, messageStatesOf } from './chat-page.ts'
import { isKept, runEvents, streamOf, weatherRun } from './run-events.ts'

const respond = (events: readonly StreamEvent[]): Response =>
  toUIMessageStreamResponse(streamOf(events))

const partsOf = async (events: readonly StreamEvent[]): Promise<unknown> =>
  (await messageStatesOf(respond(events))).at(-1)?.parts

describe('a run as a UI message stream', () => {
  test('has the headers that make a client and the servers between take it for a stream', () => {
    const response = toUIMessageStreamResponse(streamOf(weatherRun()), {
      headers: { 'x-mine': '1', 'cache-control': 'no-store' },
      status: 201,
    })
    expect(response.status).toBe(201)
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
      'x-vercel-ai-ui-message-stream': 'v1',
      'x-mine': '1',
    })
  })

  test('tells text, calls, results and steps as they come', async () => {
    const body = await respond(weatherRun()).text()
    expect(body.replaceAll('data: ', '').trim().split('\n\n')).toEqual([
      '{"type":"start","messageId":"run-1"}',
      '{"type":"start-step"}',
      '{"type":"text-start","id":"text-1"}',
      '{"type":"text-delta","id":"text-1","delta":"I will "}',
      '{"type":"text-delta","id":"text-1","delta":"look."}',
      '{"type":"tool-input-start","toolCallId":"call00001","toolName":"get_weather"}',
      String.raw`{"type":"tool-input-delta","toolCallId":"call00001","inputTextDelta":"{\"city\":"}`,
      String.raw`{"type":"tool-input-delta","toolCallId":"call00001","inputTextDelta":"\"Lisbon\"}"}`,
      '{"type":"text-end","id":"text-1"}',
      '{"type":"tool-input-available","toolCallId":"call00001","toolName":"get_weather","input":{"city":"Lisbon"}}',
      '{"type":"tool-output-available","toolCallId":"call00001","output":{"celsius":26}}',
      '{"type":"finish-step"}',
      '{"type":"start-step"}',
      '{"type":"text-start","id":"text-2"}',
      '{"type":"text-delta","id":"text-2","delta":"It is "}',
      '{"type":"text-delta","id":"text-2","delta":"warm: "}',
      '{"type":"text-delta","id":"text-2","delta":"26 °C."}',
      '{"type":"text-end","id":"text-2"}',
      '{"type":"finish-step"}',
      '{"type":"finish","finishReason":"stop","messageMetadata":{"stopReason":"answer","usage":{"inputTokens":10,"outputTokens":5,"totalTokens":15,"requests":1}}}',
      '[DONE]',
    ])
  })

  test('becomes a message that grows: text by text, then the call with its input, then its result', async () => {
    const states = await messageStatesOf(respond(weatherRun()))
    const seen = states.map(({ parts }) =>
      parts.flatMap((part) => {
        if (part.type === 'text') return [part.text]
        return part.type === 'tool-get_weather' && 'state' in part ? [part.state] : []
      }),
    )
    expect(seen).toContainEqual(['I will '])
    expect(seen).toContainEqual(['I will look.', 'input-streaming'])
    expect(seen).toContainEqual(['I will look.', 'input-available'])
    expect(seen).toContainEqual(['I will look.', 'output-available', 'It is warm: '])
    expect(states.at(-1)).toEqual({
      id: 'run-1',
      role: 'assistant',
      metadata: {
        stopReason: 'answer',
        usage: { inputTokens: 10, outputTokens: 5, totalTokens: 15, requests: 1 },
      },
      parts: [
        { type: 'step-start' },
        { type: 'text', text: 'I will look.', state: 'done' },
        {
          type: 'tool-get_weather',
          toolCallId: 'call00001',
          state: 'output-available',
          input: { city: 'Lisbon' },
          output: { celsius: 26 },
        },
        { type: 'step-start' },
        { type: 'text', text: 'It is warm: 26 °C.', state: 'done' },
      ],
    })
  })

  test('says the same for events that were kept, without those that are not', async () => {
    const events = weatherRun()
    expect(await partsOf(events.filter(isKept))).toEqual(await partsOf(events))
  })

  test('takes text and calls back that a reply showed before it broke off', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.text(1, 'It is co')
    run.add({
      type: 'tool-input-delta',
      step: 1,
      toolCallId: 'call00001',
      toolName: 'get_weather',
      text: '{"ci',
    })
    run.add({ type: 'reply-reset', step: 1 })
    run.add({ type: 'retry-waiting', step: 1, attempt: 1, retryInMs: 500 })
    run.request(1, 2)
    run.text(1, 'It is ', 'warm.')
    run.reply(1, { text: 'It is warm.' })
    run.end()
    const parts = [{ type: 'step-start' }, { type: 'text', text: 'It is warm.', state: 'done' }]
    expect(await partsOf(run.list)).toEqual(parts)
  })

  test('takes nothing back where nothing was shown', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.add({ type: 'reply-reset', step: 1 })
    run.request(1, 2)
    run.reply(1, { text: 'Yes.' })
    run.end()
    const types = (await chunksOf(respond(run.list))).map(({ type }) => type)
    expect(types).not.toContain('reset-step')
  })

  test('shows a step anew whose reply is not what was shown', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.text(1, 'Something else')
    run.reply(1, { text: 'It is warm.' })
    run.end()
    const parts = [{ type: 'step-start' }, { type: 'text', text: 'It is warm.', state: 'done' }]
    expect(await partsOf(run.list)).toEqual(parts)
  })

  test('shows a call to a tool that does not exist as a dynamic one, with its error', async () => {
    const run = runEvents()
    const call = { toolCallId: 'call00001', toolName: 'get_stars' }
    run.start()
    run.request(1)
    run.add({ type: 'tool-input-delta', step: 1, ...call, text: '{}' })
    run.reply(1, { toolCalls: [{ ...call, input: {} }] })
    run.result(1, { ...call, isError: true, output: 'There is no tool `get_stars`.' })
    run.stepEnd(1)
    run.end({ stopReason: 'max-steps' })
    expect(await partsOf(run.list)).toMatchObject([
      { type: 'step-start' },
      {
        type: 'dynamic-tool',
        toolName: 'get_stars',
        state: 'output-error',
        errorText: 'There is no tool `get_stars`.',
      },
    ])
  })

  test('keeps one part for a call whose name was mended after it was shown', async () => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.add({
      type: 'tool-input-delta',
      step: 1,
      toolCallId: 'call00001',
      toolName: 'getWeather',
      text: '{}',
    })
    run.reply(1, { toolCalls: [{ toolCallId: 'call00001', toolName: 'get_weather', input: {} }] })
    run.result(1, {})
    run.stepEnd(1)
    run.end({ stopReason: 'max-steps' })
    expect(await partsOf(run.list)).toMatchObject([
      { type: 'step-start' },
      { toolName: 'get_weather', state: 'output-available' },
    ])
  })

  test.each<[string, JsonValue]>([
    ['{"celsius":26}', { celsius: 26 }],
    ['[1,2]', [1, 2]],
    ['26', 26],
    ['It is warm.', 'It is warm.'],
    // As values these would come back as another text than the model read.
    ['{ "celsius": 26.0 }', '{ "celsius": 26.0 }'],
    ['12345678901234567890', '12345678901234567890'],
    ['"quoted"', '"quoted"'],
    // Such keys make the client refuse the whole stream.
    ['{"__proto__":{"a":1}}', '{"__proto__":{"a":1}}'],
    ['', ''],
  ])('gives the output %s as a value that says the same', async (output, value) => {
    const run = runEvents()
    run.start()
    run.request(1)
    run.reply(1, { toolCalls: [{ toolCallId: 'call00001', toolName: 'get_weather', input: {} }] })
    run.result(1, { output })
    run.stepEnd(1)
    run.end({ stopReason: 'max-steps' })
    expect(await partsOf(run.list)).toMatchObject([{ type: 'step-start' }, { output: value }])
  })
})
