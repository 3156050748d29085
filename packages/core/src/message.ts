/** Any value that survives `JSON.stringify` and `JSON.parse` unchanged. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue }

/** One call a model asked for. Plain JSON. */
export interface ToolCall {
  /** Ours, unique in the run's history, nine letters and digits: some Workers AI models accept nothing else. */
  readonly toolCallId: string
  readonly toolName: string
  /** What the model sent, before validation; `{}` when it sent nothing. */
  readonly input: JsonValue
}

/** What one call gave. Plain JSON. */
export interface ToolResult {
  readonly toolCallId: string
  readonly toolName: string
  /** The text the model reads. */
  readonly output: string
  /** True when the call did not do its work: unknown tool, bad input, a throwing or timed-out `execute`. */
  readonly isError: boolean
  /** True where it was taken from the record, because the same call had given it before. */
  readonly reused?: true
}

/** Orders for the model; stands first. */
export interface SystemMessage {
  readonly role: 'system'
  readonly content: string
}

/** What the person or the calling program said. */
export interface UserMessage {
  readonly role: 'user'
  readonly content: string
}

/** What the model said and asked for. */
export interface AssistantMessage {
  readonly role: 'assistant'
  /** `""` when the model only asked for calls. */
  readonly content: string
  readonly toolCalls?: readonly ToolCall[]
}

/** The answer to exactly one tool call. */
export interface ToolMessage {
  readonly role: 'tool'
  readonly toolCallId: string
  readonly toolName: string
  readonly content: string
  readonly isError?: boolean
}

/** One entry of a conversation: plain JSON, at most 131,072 characters of content each (Workers AI's own limit). */
export type Message = SystemMessage | UserMessage | AssistantMessage | ToolMessage
