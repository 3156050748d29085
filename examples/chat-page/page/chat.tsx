import { useChat } from '@ai-sdk/react'
import type { UIMessageMetadata } from '@drover/core/response'
import type { UIMessage } from 'ai'
import { useEffect, useRef, useState, type JSX } from 'react'
import { createRoot } from 'react-dom/client'
import { Composer } from './composer.tsx'
import { ChatMessage } from './message.tsx'

/** A message of this chat. */
export type DeskMessage = UIMessage<UIMessageMetadata, { 'retry-waiting': { retryInMs: number } }>

const STARTERS = [
  'Which exhibition is about clocks?',
  'What do tickets for 2 adults and 3 children cost?',
  'Is the museum open on 2026-12-24?',
]

function Chat({ answeredBy }: { readonly answeredBy: string }): JSX.Element {
  const [notice, setNotice] = useState('')
  const { messages, sendMessage, status, error, stop, regenerate } = useChat<DeskMessage>({
    onData: ({ data }) =>
      setNotice(`Busy. Trying again in ${Math.ceil(data.retryInMs / 1000)} s …`),
  })
  const isBusy = status === 'submitted' || status === 'streaming'
  const send = (text: string): void => {
    setNotice('')
    void sendMessage({ text })
  }
  const last = messages.at(-1)
  const isWaiting = isBusy && (last?.role !== 'assistant' || last.parts.length === 0)
  useStickyEnd()

  return (
    <>
      <header>
        <h1>Museum desk</h1>
        <p>Answered by {answeredBy}.</p>
      </header>
      <main aria-live="polite" aria-busy={isBusy}>
        {messages.length === 0 && (
          <section className="starters">
            <h2>What would you like to know?</h2>
            {STARTERS.map((text) => (
              <button type="button" key={text} onClick={() => send(text)}>
                {text}
              </button>
            ))}
          </section>
        )}
        {messages.map((message) => (
          <ChatMessage
            key={message.id}
            message={message}
            isUnderWay={isBusy && message === last}
            hasFailed={status === 'error' && message === last}
          />
        ))}
        {isWaiting && <p className="waiting">{notice || 'Thinking …'}</p>}
        {error !== undefined && (
          <section className="failure" role="alert">
            <p>{error.message}</p>
            <button type="button" onClick={() => void regenerate()}>
              Try again
            </button>
          </section>
        )}
      </main>
      <Composer isBusy={isBusy} onSend={send} onStop={() => void stop()} />
    </>
  )
}

/** Keeps the end in sight while it grows, unless the reader has scrolled away from it. */
function useStickyEnd(): void {
  const isAtEnd = useRef(true)
  useEffect(() => {
    const onScroll = (): void => {
      const { scrollHeight, scrollTop, clientHeight } = document.documentElement
      isAtEnd.current = scrollHeight - scrollTop - clientHeight < 120
    }
    document.addEventListener('scroll', onScroll, { passive: true })
    return () => document.removeEventListener('scroll', onScroll)
  }, [])
  useEffect(() => {
    if (isAtEnd.current) window.scrollTo({ top: document.documentElement.scrollHeight })
  })
}

const answeredBy = document.querySelector<HTMLMetaElement>('meta[name=answered-by]')?.content ?? ''
createRoot(document.body).render(<Chat answeredBy={answeredBy} />)
