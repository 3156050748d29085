import { isSafeJson, own } from '../json.ts'
import type { JsonValue } from '../message.ts'

/** Puts the calls of a reply together from the pieces its events bring. */
export interface StreamCalls {
  /** Takes the `tool_calls` of one event. */
  readonly add: (entries: readonly unknown[]) => void
  /** The calls as a whole reply lists them, after what was held back of them was told. */
  readonly end: () => readonly WireCall[]
}

interface WireCall {
  readonly name: string
  /** JSON text as it came, or the value that came in its place. */
  readonly arguments: unknown
}

/**
 * An entry goes on with the call of its `index`, else of its `id`, else with the one call that is not complete; or it
 * begins another. Indexes are missing, reused and out of order, ids repeated, and arguments come before the name: what
 * belongs to which call is never guessed. Calls stand in the order of their indexes, else as they began.
 * @param onPiece takes the next arguments of a call, once its name and its place among all calls are certain
 * @param fail throws where the pieces cannot be told apart
 */
export function createStreamCalls(
  onPiece: (position: number, toolName: string, text: string) => void,
  fail: (what: string) => never,
): StreamCalls {
  const byOrder = new Map<number, Call>()
  // The latest call of each index and id.
  const byIndex = new Map<number, Call>()
  const byId = new Map<string, Call>()
  const incomplete = new Set<Call>()
  let last: Call | undefined
  let event = 0
  let nextOrder = 0
  /** How many calls, from the first on, have their name and their final place. */
  let settled = 0

  const find = ({ index, id, name }: Piece): Call | undefined => {
    if (index !== undefined) return byIndex.get(index)
    const unnamed = last?.name === '' ? last : undefined
    if (id !== '') return byId.get(id) ?? unnamed
    // The named entries of one event are a call each.
    if (name !== '') return last?.event === event ? unnamed : last
    if (incomplete.size > 1)
      fail('Arguments without an `index` came while several calls were open.')
    return [...incomplete][0]
  }

  const goesOn = (call: Call, { index, id, name, args }: Piece): boolean => {
    if (id !== '' && call.id !== '' && id !== call.id) return false
    if (name === '' || call.name === '') return true
    const isSame = name === call.name
    const isKeyed = index !== undefined || id !== ''
    // Some servers repeat the name with every piece.
    if (call.progress === 'open' && isSame) return true
    if (call.progress === 'blank' && isSame === isKeyed) return isSame
    if (call.progress === 'complete') {
      if (!isSame) return false
      if (isKeyed && isBlank(args)) return true
      // Under one id, this may be the same call once more.
      if (!isBlank(args) && (id === '' || call.event === event)) return false
    }
    return fail(`\`${name}\` came where it may go on with a call or begin one.`)
  }

  const begin = (index: number | undefined): Call => {
    // The call of a reused index stands behind all others.
    const order = index === undefined || byOrder.has(index) ? nextOrder : index
    nextOrder = Math.max(nextOrder, order + 1)
    const call = newCall(order)
    byOrder.set(order, call)
    // A later event may give the index that this one left out.
    byIndex.set(index ?? order, call)
    incomplete.add(call)
    return call
  }

  const append = (call: Call, args: unknown): void => {
    if (isNothing(args)) return
    if (call.progress === 'complete' ? !isBlank(args) : call.progress === 'open' && !isText(args)) {
      fail(`More arguments of \`${call.name}\` came after they were complete.`)
    }
    const piece = isText(args) ? args : shown(args)
    call.text += piece
    if (isText(args)) scan(call, args)
    else {
      call.value = args
      call.progress = 'complete'
    }
    if (call.progress === 'complete') incomplete.delete(call)
    if (call.order < settled && piece !== '') onPiece(call.order, call.name, piece)
  }

  const addEntry = (entry: unknown): void => {
    const piece = toPiece(entry)
    // Null entries, and the nulls that some servers end a call with.
    if (piece.name === '' && isNothing(piece.args)) return
    const known = find(piece)
    const call = known !== undefined && goesOn(known, piece) ? known : begin(piece.index)
    if (piece.name !== '') call.name = piece.name
    if (piece.id !== '') byId.set((call.id = piece.id), call)
    call.event = event
    last = call
    append(call, piece.args)
    for (let next; (next = byOrder.get(settled)) !== undefined && next.name !== ''; settled++) {
      if (next.text !== '') onPiece(settled, next.name, next.text)
    }
  }

  return {
    add: (entries) => {
      event++
      entries.forEach(addEntry)
    },
    end: () => {
      const list: WireCall[] = []
      for (const call of [...byOrder.values()].toSorted((a, b) => a.order - b.order)) {
        if (call.name === '' && call.progress !== 'blank') fail('Arguments came without a name.')
        if (call.name === '') continue
        if (call.order >= settled && call.text !== '') onPiece(list.length, call.name, call.text)
        list.push({ name: call.name, arguments: call.value ?? call.text })
      }
      return list
    },
  }
}

/** An entry of `tool_calls`: flat, or OpenAI's with a `function` in it. What is not there is `""` or undefined. */
interface Piece {
  readonly index: number | undefined
  readonly id: string
  readonly name: string
  readonly args: unknown
}

function toPiece(entry: unknown): Piece {
  const holder = own(entry, 'function') ?? entry
  const [index, id, name] = [own(entry, 'index'), own(entry, 'id'), own(holder, 'name')]
  return {
    index: typeof index === 'number' && index >= 0 && index < 1e9 ? Math.floor(index) : undefined,
    id: isText(id) ? id : '',
    name: isText(name) ? name : '',
    args: own(holder, 'arguments') ?? own(holder, 'parameters'),
  }
}

/** A call under way. */
interface Call {
  /** Its place among all calls, without gaps once all came. */
  readonly order: number
  name: string
  id: string
  /** The last event that brought a piece of it. */
  event: number
  text: string
  value: unknown
  /** Of its arguments' JSON text. */
  progress: 'blank' | 'open' | 'complete'
  depth: number
  isInString: boolean
  isEscaped: boolean
}

const newCall = (order: number): Call => ({
  order,
  name: '',
  id: '',
  event: 0,
  text: '',
  value: undefined,
  progress: 'blank',
  depth: 0,
  isInString: false,
  isEscaped: false,
})

/** Follows the brackets of JSON text, piece by piece: parsing it again with every piece would be quadratic. */
function scan(call: Call, piece: string): void {
  for (const char of piece) {
    if (call.isEscaped) call.isEscaped = false
    else if (call.isInString && char === '\\') call.isEscaped = true
    else if (char === '"') call.isInString = !call.isInString
    else if (!call.isInString && (char === '{' || char === '[')) call.depth++
    else if (!call.isInString && (char === '}' || char === ']')) call.depth--
    else if (call.isInString || char.trim() === '') continue
    const isEnd = char === '"' || char === '}' || char === ']'
    call.progress = isEnd && call.depth <= 0 && !call.isInString ? 'complete' : 'open'
  }
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isNothing = (args: unknown): boolean => args === undefined || args === null || args === ''
const isBlank = (args: unknown): boolean => isNothing(args) || (isText(args) && args.trim() === '')

/** A value as text; none where reading it will refuse it. */
const shown = (args: unknown): string => {
  const value = args as JsonValue // parsed from JSON
  return isSafeJson(value) ? JSON.stringify(value) : ''
}
