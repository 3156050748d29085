import { isRunEvent, type StreamEvent } from '@drover/core'
import type { Finding, Invariant } from '../invariant.ts'
import type { SeenRequest } from '../witness.ts'

export const eventsTrue: Invariant = {
  id: 'I13',
  says: 'Events come in order, begin and end once, and what was shown of a reply is its text, each piece once.',
  atEnd: ({ run: { shown, isBlind, events, requests, parts } }) =>
    outOfOrder(shown, parts) || (!isBlind && untrue(shown)) || otherText(events, requests),
}

function outOfOrder(shown: readonly StreamEvent[], parts: number): Finding {
  const kept = shown.filter(isRunEvent)
  if (kept.length === 0) return undefined
  const gap = kept.findIndex(({ seq }, index) => seq !== index)
  if (gap >= 0) return `event ${gap} has the number ${kept[gap]?.seq}`
  if (kept[0]?.type !== 'run-start') return `the first event is ${kept[0]?.type}`
  if (shown.at(-1)?.type !== 'run-end') return `the last event is ${shown.at(-1)?.type}`
  const ends = kept.filter(({ type }) => type === 'run-end').length
  return ends !== parts && `${ends} ends of ${parts} parts`
}

/** What a reader of the deltas has, compared with the reply that was accepted. */
function untrue(shown: readonly StreamEvent[]): Finding {
  let text = ''
  for (const event of shown) {
    if (event.type === 'text-delta') text += event.text
    if (event.type === 'reply-reset') text = ''
    if (event.type !== 'model-reply') continue
    if (text !== event.text)
      return `shown was ${JSON.stringify(text)}, the reply is ${JSON.stringify(event.text)}`
    text = ''
  }
  return undefined
}

/** The text of a plain reply, compared with what the service sent. */
function otherText(events: readonly StreamEvent[], requests: readonly SeenRequest[]): Finding {
  let place = -1
  for (const event of events) {
    if (event.type === 'model-request') place++
    if (event.type !== 'model-reply') continue
    const said = requests[place]?.reply?.plainText
    if (said === undefined || said.trim() === event.text.trim()) continue
    return `the model said ${JSON.stringify(said)}, the reply is ${JSON.stringify(event.text)}`
  }
  return undefined
}
