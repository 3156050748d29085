import { useState, type JSX } from 'react'

interface ComposerProps {
  readonly isBusy: boolean
  readonly onSend: (text: string) => void
  readonly onStop: () => void
}

/** Where the visitor writes: Enter sends, Shift+Enter breaks the line; while an answer comes, the button stops it. */
export function Composer({ isBusy, onSend, onStop }: ComposerProps): JSX.Element {
  const [text, setText] = useState('')
  const send = (): void => {
    if (isBusy || text.trim() === '') return
    onSend(text.trim())
    setText('')
  }
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        send()
      }}
    >
      <textarea
        aria-label="Your question"
        placeholder="Ask the desk …"
        rows={1}
        maxLength={4000}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          // An input method uses Enter to choose a word.
          if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return
          event.preventDefault()
          send()
        }}
      />
      {isBusy ? (
        <button type="button" onClick={onStop}>
          Stop
        </button>
      ) : (
        <button type="submit" disabled={text.trim() === ''}>
          Send
        </button>
      )}
    </form>
  )
}
