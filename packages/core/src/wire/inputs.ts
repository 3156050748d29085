/** A call as the wire carries it in history: arguments are JSON text of an object. */
export interface WireToolCall {
  readonly id: string
  readonly type: 'function'
  readonly function: { readonly name: string; readonly arguments: string }
}

/** A message as the wire carries it: content is always a string, for every role (protocol: content rules over time). */
export interface WireMessage {
  readonly role: 'system' | 'user' | 'assistant' | 'tool'
  readonly content: string
  readonly tool_calls?: readonly WireToolCall[]
  readonly tool_call_id?: string
  readonly name?: string
}

/** The inputs of one inference in Workers AI's own words: either `prompt` or `messages`. */
export interface WireInputs {
  readonly tools?: readonly object[]
  readonly prompt?: string
  readonly messages?: readonly WireMessage[]
  readonly image?: readonly number[] | string
  readonly raw?: boolean
  readonly lora?: string
  readonly functions?: readonly { readonly name: string; readonly code: string }[]
  readonly stream?: boolean
  readonly max_tokens?: number
  readonly temperature?: number
  readonly top_p?: number
  readonly top_k?: number
  readonly seed?: number
  readonly repetition_penalty?: number
  readonly frequency_penalty?: number
  readonly presence_penalty?: number
  readonly tool_choice?: string | object
  readonly response_format?: object
}
