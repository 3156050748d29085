import type { AnsweredRequest } from '@drover/emulator'
import type { Colour, Terminal } from '../terminal.ts'

/** Room for the longest id in common use. */
const MODEL_WIDTH = 41

/** One request of the live log: a line, and a second where something went wrong. */
export function requestLine(
  request: AnsweredRequest,
  { colour }: Pick<Terminal, 'colour'>,
): string {
  const { status, front, model, tokens, durationMs, error, abandoned, misbehaved } = request
  const counts = tokens === undefined ? '' : `${tokens.input} in ${tokens.output} out`
  const columns = [
    colour(colourOf(request), String(status)),
    front.padEnd(7),
    printable(model || '(no model)').padEnd(MODEL_WIDTH),
    counts.padStart(15),
    `${durationMs} ms`.padStart(9),
    toolsOf(request),
  ]
  const line = columns.join('  ').trimEnd()
  const notes = [
    ...(misbehaved.length > 0 ? [`misbehaved: ${misbehaved.join(', ')}`] : []),
    ...(abandoned ? ['the client left before the answer was whole'] : []),
    ...(error === undefined ? [] : [`${error.code}: ${printable(error.message)}`]),
  ]
  return [line, ...notes.map((note) => colour('quiet', `     ${note}`))].join('\n')
}

/** The same for programs, without what may be large or private: inputs, options and headers. */
export function requestRecord(request: AnsweredRequest): object {
  const { inputs, options: _options, headers: _headers, ...rest } = request
  return { type: 'request', ...rest, tools: toolCount(request), streamed: inputs.stream === true }
}

function toolsOf(request: AnsweredRequest): string {
  const offered = toolCount(request)
  if (offered === 0 && request.toolNames.length === 0) return ''
  const called = request.toolNames.map((name) => printable(name)).join(', ')
  return `${offered} ${offered === 1 ? 'tool' : 'tools'}${called === '' ? '' : ` → ${called}`}`
}

function toolCount({ inputs }: AnsweredRequest): number {
  const tools = Object.hasOwn(inputs, 'tools') ? inputs.tools : undefined
  return Array.isArray(tools) ? tools.length : 0
}

function colourOf({ status, abandoned }: AnsweredRequest): Colour {
  if (abandoned) return 'warning'
  return status < 400 ? 'good' : 'bad'
}

/** Foreign text must not move the cursor. */
export function printable(text: string): string {
  return text.replace(/\p{Cc}/gu, '�').slice(0, 1000)
}
