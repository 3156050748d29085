import {
  AbstractChat,
  DefaultChatTransport,
  lastAssistantMessageIsCompleteWithApprovalResponses,
  readUIMessageStream,
  type ChatState,
  type UIMessage,
  type UIMessageChunk,
} from 'ai'

/** What stands behind a page's `useChat`, without React: the same class with its state in plain fields. */
export class ChatPage extends AbstractChat<UIMessage> {
  readonly notices: unknown[] = []

  /** `answer` is given what the page posts, `resume` answers where it asks for the rest of an answer it lost. */
  constructor(
    answer: (body: { readonly messages: unknown }) => Response,
    resume = (): Response => new Response(null, { status: 204 }),
  ) {
    const state: ChatState<UIMessage> = {
      status: 'ready',
      error: undefined,
      messages: [],
      pushMessage: (message) => {
        state.messages = [...state.messages, message]
      },
      popMessage: () => {
        state.messages = state.messages.slice(0, -1)
      },
      replaceMessage: (index, message) => {
        state.messages = state.messages.with(index, message)
      },
      snapshot: structuredClone,
    }
    const fetch = (_url: unknown, init?: RequestInit): Promise<Response> => {
      if (init?.method === 'GET') return Promise.resolve(resume())
      if (typeof init?.body !== 'string') throw new TypeError('Expected a JSON body.')
      return Promise.resolve(answer(JSON.parse(init.body)))
    }
    super({
      state,
      transport: new DefaultChatTransport({ api: 'https://example.com/chat', fetch }),
      onData: (part) => this.notices.push(part),
      sendAutomaticallyWhen: lastAssistantMessageIsCompleteWithApprovalResponses,
    })
  }
}

/** The chunks of a response as the client reads them, each checked against its own schema. */
export async function chunksOf(response: Response): Promise<UIMessageChunk[]> {
  const stream = await read(response)
  const chunks: UIMessageChunk[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}

/** All states a message goes through on the page. */
export async function messageStatesOf(response: Response): Promise<UIMessage[]> {
  const states: UIMessage[] = []
  for await (const state of readUIMessageStream({ stream: await read(response) }))
    states.push(state)
  return states
}

function read(response: Response): Promise<ReadableStream<UIMessageChunk>> {
  const transport = new DefaultChatTransport({ fetch: () => Promise.resolve(response) })
  return transport.sendMessages({
    trigger: 'submit-message',
    chatId: 'chat',
    messageId: undefined,
    messages: [],
    abortSignal: undefined,
  })
}
