import { DroverError } from '../errors.ts'
import { isRunEvent, type RunEvent, type StreamEvent } from './event.ts'

/** An event and the id by which a reader can come back to the place after it. */
export interface LogEntry {
  /** The `seq` of an event that is kept; `seq.n` for the n-th ephemeral one after it. */
  readonly id: string
  readonly event: StreamEvent
}

/** Reads a log from its beginning, or from after an id. */
export interface LogReader {
  /** The next event, as soon as there is one; undefined at the end. */
  readonly next: () => Place | undefined | Promise<Place | undefined>
  readonly leave: () => void
}

/** Where in the log an event stands. */
export interface Place {
  event: StreamEvent
  readonly seq: number
  /** 0 for an event that is kept. */
  readonly offset: number
}

/** The events of one run, as they happen, for any number of readers at their own pace. */
export interface EventLog {
  /** What is kept. */
  readonly events: readonly RunEvent[]
  readonly append: (event: StreamEvent) => void
  /** Nothing more comes. */
  readonly close: () => void
  /** @throws DroverError `config.input` for an id that is none of this run's. */
  readonly read: (afterId?: string) => LogReader
  readonly readers: () => number
  /** Something to wait for where a reader is too far behind; undefined where there is room. */
  readonly room: () => Promise<void> | undefined
}

/** Characters of ephemeral text that a reader may be behind before what produces it has to wait. */
const MAX_CHARS_BEHIND = 65_536

/**
 * What is kept is a list. What is ephemeral hangs on a chain that each reader walks on its own: what all have passed is
 * forgotten, and without readers only the text since the last kept event stays, in one piece. A reader that was not
 * there gets each reply's text whole, just before the reply. Reading begins after what is past already.
 */
export function createEventLog(past: readonly RunEvent[] = []): EventLog {
  const events: RunEvent[] = [...past]
  const began = past.length - 1
  const readers = new Set<{ link: Link | undefined }>()
  let last: Link = { seq: began, offset: 0, event: undefined, chars: 0, next: undefined }
  let lastKept = last
  let growing: Link | undefined
  let isClosed = false
  let waiting: (() => void)[] = []
  let relief: Signal | undefined

  const behind = (): number => {
    let most = 0
    for (const { link } of readers) if (link) most = Math.max(most, last.chars - link.chars)
    return most
  }
  const relieve = (): void => {
    if (relief === undefined || behind() > MAX_CHARS_BEHIND / 2) return
    relief.give()
    relief = undefined
  }
  const notify = (): void => {
    if (waiting.length === 0) return
    const woken = waiting
    waiting = []
    for (const wake of woken) wake()
  }

  const append = (event: StreamEvent): void => {
    const isKept = isRunEvent(event)
    const text = 'text' in event && !isKept ? event.text : ''
    if (growing !== undefined && growing === last && readers.size === 0) {
      const before = growing.event
      if (event.type === 'text-delta' && before?.type === 'text-delta') {
        growing.event = { ...before, text: before.text + text }
        return
      }
    }
    if (isKept) events.push(event)
    last.next = {
      seq: events.length - 1,
      offset: isKept ? 0 : last.offset + 1,
      event,
      chars: last.chars + text.length,
      next: undefined,
    }
    last = last.next
    if (isKept) lastKept = last
    // A reader who left may come back to what it saw, so only what nobody saw yet grows.
    growing = readers.size === 0 ? last : undefined
    notify()
  }

  const read = (afterId?: string): LogReader => {
    const from = afterId === undefined ? undefined : find(afterId, events, lastKept)
    const self: { link: Link | undefined } = {
      link: from === undefined ? (events.length === past.length ? last : undefined) : from.link,
    }
    const missed = replay(events, from?.seq ?? began, from?.isWithin === true)
    let isLeft = false
    readers.add(self)
    growing = undefined
    const next = (): Place | undefined | Promise<Place | undefined> => {
      if (isLeft) return undefined
      if (self.link === undefined) {
        const { done, value } = missed.next()
        if (!done) return value
        self.link = lastKept
        if (value !== undefined) return value
      }
      const following = self.link.next
      if (following?.event !== undefined) {
        self.link = following
        relieve()
        return following as Place // it has an event
      }
      if (isClosed) return undefined
      return new Promise((resolve) => waiting.push(() => resolve(next())))
    }
    const leave = (): void => {
      isLeft = true
      readers.delete(self)
      relieve()
      notify()
    }
    return { next, leave }
  }

  return {
    events,
    append,
    close: () => {
      isClosed = true
      notify()
    },
    read,
    readers: () => readers.size,
    room: () => {
      if (behind() <= MAX_CHARS_BEHIND) return undefined
      relief ??= createSignal()
      return relief.given
    },
  }
}

/** The id of a place. */
export const idOf = ({ seq, offset }: Place): string =>
  offset === 0 ? String(seq) : `${seq}.${offset}`

interface Link extends Omit<Place, 'event'> {
  event: StreamEvent | undefined
  /** Of all ephemeral text up to here. */
  readonly chars: number
  next: Link | undefined
}

interface Found {
  readonly seq: number
  /** Where the chain still reaches back so far. */
  readonly link: Link | undefined
  /** Between two kept events: part of a reply was seen. */
  readonly isWithin: boolean
}

function find(id: string, events: readonly RunEvent[], lastKept: Link): Found {
  const [, seq, offset] = /^(\d{1,9})(?:\.(\d{1,9}))?$/.exec(id)?.map(Number) ?? []
  if (seq === undefined || seq >= events.length) {
    throw new DroverError(
      'config.input',
      `Expected the id of an event of this run, of which there are ${events.length}, got \`${id.slice(0, 40)}\`.`,
    )
  }
  const isWithin = offset !== undefined && offset > 0
  if (seq < lastKept.seq) return { seq, link: undefined, isWithin }
  let link: Link | undefined = lastKept
  for (let left = isWithin ? offset : 0; left > 0 && link !== undefined; left--) link = link.next
  return { seq, link, isWithin }
}

/** What was kept after an event; each reply's text comes before it, as if it had been streamed. */
function* replay(
  events: readonly RunEvent[],
  after: number,
  isWithin: boolean,
): Generator<Place, Place | undefined, undefined> {
  let seesPart = isWithin
  let step = 1
  for (let seq = after + 1; seq < events.length; seq++) {
    const event = events[seq]
    if (event === undefined) break
    if (event.type === 'model-request') step = event.step
    if (event.type === 'model-reply') {
      let offset = 1
      const place = { seq: seq - 1 }
      if (seesPart) {
        yield { ...place, offset: offset++, event: { type: 'reply-reset', step: event.step } }
      }
      seesPart = false
      const { text } = event
      if (text !== '') {
        yield { ...place, offset, event: { type: 'text-delta', step: event.step, text } }
      }
    }
    yield { seq, offset: 0, event }
  }
  return seesPart
    ? { seq: events.length - 1, offset: 0, event: { type: 'reply-reset', step } }
    : undefined
}

interface Signal {
  readonly given: Promise<void>
  readonly give: () => void
}

function createSignal(): Signal {
  let give = (): void => {}
  const given = new Promise<void>((resolve) => {
    give = resolve
  })
  return { given, give }
}
