/**
 * What to do with a conversation that could not be sent as it is: `repair` mends what can be mended without losing what a
 * user said, and tells it as an event; `refuse` throws `config.input` at the first place.
 */
export type HistoryPolicy = 'repair' | 'refuse'

/** What was done to a message, named after what it lacked. */
export type HistoryRepairKind = keyof typeof WANTED

/** One repair of a conversation. Plain JSON. */
export interface HistoryRepair {
  /** Where, as in `message 3`: its index in the list that was given, from 0. */
  readonly place: string
  readonly kind: HistoryRepairKind
}

/**
 * What every message of a conversation is, by what is done where it is not.
 * - `message-dropped`: `null`, or a message without text and calls, was left out
 * - `role-read`: another library's name of a role, or another letter case; an unknown role is always refused
 * - `content-read`: content became text: nothing is `""`, of a list of parts the texts are kept
 * - `content-split`: a system or user text went on in a further message of the same role
 * - `content-cut`: the middle of an assistant's text or a tool's result was left out
 * - `system-joined`: a second or later system message was joined to the first
 * - `call-dropped`: a call without a name was left out
 * - `input-read`: the input of a call was read from its JSON text, or became `{}`
 * - `renamed`: the id of a call, or the id or the name in its answer, was set so that the two are a pair
 * - `call-answered`: a call nobody answered was answered: what became of it is not known
 * - `answer-moved`: an answer took its place after its call
 * - `answer-dropped`: an answer to no call, or a second one, was left out
 */
export const WANTED = {
  'message-dropped': 'to hold a text or calls',
  'role-read': 'to have the role system, user, assistant or tool',
  'content-read': 'to have a text as its `content`',
  'content-split': 'to have at most 131,072 characters of `content`',
  'content-cut': 'to have at most 131,072 characters of `content`',
  'system-joined': 'to be no second or later system message',
  'call-dropped': 'to have a `toolName` in every call',
  'input-read': 'to have an object as the `input` of every call',
  renamed: 'to have a `toolCallId` that no other call has, and the same `toolName` in its answer',
  'call-answered': 'to be followed by the answer to every call',
  'answer-moved': 'to stand after its call, in the order of the calls',
  'answer-dropped': 'to answer a call before it that has no answer yet',
} as const

/** Notes a repair of the message at hand, or refuses it; `canMend` false refuses it whatever the policy. */
export type Mend = (kind: HistoryRepairKind, got?: unknown, canMend?: boolean) => void
