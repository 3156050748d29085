import type { RunEvent, Usage } from '@drover/core'
import { harmless, harmlessLine, type Terminal } from './terminal.ts'

const RESULT_INDENT = ' '.repeat(11)

/** Shows a run as it happens, event by event. */
export function createReport(terminal: Terminal): (event: RunEvent) => void {
  const { paint, line, row, wait } = terminal
  const inputs = new Map<string, string>()
  const modelLabel = (step: number): string =>
    `${String(step).padStart(2)}  ${paint('cyan', 'model')}  `
  let modelCalls = 0
  let toolCalls = 0

  return (event) => {
    switch (event.type) {
      case 'model-request':
        wait(event.closing ? 'waiting for a last answer' : 'waiting for the model')
        break
      case 'model-error': {
        const again =
          event.retryInMs === undefined ? '' : `again in ${inSeconds(event.retryInMs)}: `
        row(modelLabel(event.step), harmlessLine(`failed, ${again}${event.error.message}`), {
          note: inSeconds(event.durationMs),
          style: 'red',
        })
        if (event.retryInMs !== undefined) wait('waiting to try again')
        break
      }
      case 'model-reply': {
        modelCalls += 1
        for (const call of event.toolCalls) inputs.set(call.toolCallId, JSON.stringify(call.input))
        const names = event.toolCalls.map(({ toolName }) => toolName).join(', ')
        row(modelLabel(event.step), harmlessLine(names === '' ? 'answers' : `calls ${names}`), {
          note: `${tokens(event.usage)}  ${inSeconds(event.durationMs)}`,
        })
        break
      }
      case 'tool-call':
        wait(`running ${harmlessLine(event.toolName)}`)
        break
      case 'tool-result': {
        toolCalls += 1
        const name = paint('bold', harmlessLine(event.toolName))
        row(
          `    ${paint('magenta', 'tool')}   ${name} `,
          harmlessLine(inputs.get(event.toolCallId) ?? ''),
          { note: inSeconds(event.durationMs) },
        )
        const output = harmlessLine(event.output)
        if (event.isError) row(RESULT_INDENT, `failed: ${output}`, { style: 'red' })
        else row(RESULT_INDENT, `→ ${output}`, { style: 'dim' })
        break
      }
      case 'run-end': {
        if (modelCalls === 0) break
        line(event.text === '' ? '' : `\n${harmless(event.text).trim()}\n`)
        const neurons =
          event.usage.neurons === undefined ? '' : `, ${event.usage.neurons.toFixed(1)} neurons`
        line(
          paint(
            'dim',
            `${count(modelCalls, 'model call')}, ${count(toolCalls, 'tool call')}, ` +
              `${count(event.usage.totalTokens, 'token')}${neurons}, ${inSeconds(event.durationMs)}` +
              (event.stopReason === 'answer' ? '' : `; ended by: ${event.stopReason}`),
          ),
        )
        break
      }
      case 'run-start':
      case 'step-end':
        break
    }
  }
}

function tokens({ inputTokens, outputTokens }: Usage): string {
  return `${inputTokens.toLocaleString('en')} tokens in, ${outputTokens.toLocaleString('en')} out`
}

function inSeconds(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`
}

function count(amount: number, noun: string): string {
  return `${amount.toLocaleString('en')} ${noun}${amount === 1 ? '' : 's'}`
}
