import type { FaultKind } from './fault-kinds.ts'
import type { Stage } from './stage.ts'

type Distortion = Extract<
  FaultKind<'reply'>,
  | 'same-ids'
  | 'odd-finish'
  | 'empty-reply'
  | 'object-response'
  | 'number-response'
  | 'no-usage'
  | 'odd-usage'
>

const ANYWHERE: readonly FaultKind[] = ['same-ids', 'odd-finish', 'no-usage', 'odd-usage']
const IN_WHOLE: readonly FaultKind[] = ['empty-reply', 'object-response', 'number-response']

/** Whether an oddity of a reply is one of its bytes, not of what was said. */
export const isDistortion = (odd: FaultKind<'reply'>, isStream: boolean): odd is Distortion =>
  ANYWHERE.includes(odd) || (!isStream && IN_WHOLE.includes(odd))

const USAGE = /"usage":\{"prompt_tokens":\d+,"completion_tokens":\d+,"total_tokens":\d+/g

/** Writes an answer oddly, where it has what is to be odd. Each chunk holds whole frames, or is the whole answer. */
export function distort(
  distortion: Distortion,
  chunks: readonly Uint8Array[],
  { world }: Stage,
): { readonly chunks: readonly Uint8Array[]; readonly isOther: boolean } {
  const { random, faults } = world
  const count = random.pick(['-3', '1e12', '"12"', 'null', '1.5'])
  const finish = random.pick(['content_filter', 'error', 'model_length'])
  const whole = random.pick(['{}', '{"response":null}', '{"response":"","tool_calls":[]}'])
  const rewrite = (text: string): string => {
    switch (distortion) {
      case 'same-ids':
        return text.replaceAll(/"id":"chatcmpl-tool-[^"]*"/g, '"id":"call_0"')
      case 'odd-finish':
        return text.replaceAll(/"finish_reason":"\w+"/g, `"finish_reason":"${finish}"`)
      case 'no-usage':
        return text.replaceAll(USAGE, '"usage":{"nothing":0')
      case 'odd-usage':
        return text.replaceAll(
          USAGE,
          `"usage":{"prompt_tokens":${count},"completion_tokens":${count},"total_tokens":${count}`,
        )
      case 'empty-reply':
        return whole
      case 'object-response':
        return '{"response":{"answer":42}}'
      case 'number-response':
        return '{"response":42}'
    }
  }
  const decoder = new TextDecoder()
  const encoder = new TextEncoder()
  let isOther = false
  const written = chunks.map((chunk) => {
    const text = decoder.decode(chunk)
    const other = rewrite(text)
    isOther ||= other !== text
    return encoder.encode(other)
  })
  if (isOther) faults.hit(distortion)
  return { chunks: written, isOther }
}
