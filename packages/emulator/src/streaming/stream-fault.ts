/** How an error inside a stream is written; the service has no one form for it. */
export type ErrorEventShape =
  /** `{ "errors": [{ message, code }], "success": false, … }` */
  | 'errors'
  /** `{ "error": { message, code } }` */
  | 'error-object'
  /** `{ "error": "AiError: …" }` */
  | 'error-text'
  /** `{ "internalCode", "description", "message", … }` */
  | 'internal-code'
  /** `event: error`, then `{ code, message }` */
  | 'named-event'

/** Where a fault strikes. */
interface AfterFrames {
  /** Whole frames that come first, 0 or more; at most all that stand before `[DONE]`. @default 1 */
  readonly afterFrames?: number
}

/**
 * What goes wrong with a stream that began with status 200 (the answer of the variant `json` counts as one frame):
 *
 * - `silent`: nothing more comes, and the connection stays open until the client leaves or the emulator closes.
 * - `cut`: the connection breaks after so many frames, or after exactly `afterBytes` bytes of the body.
 * - `ended-early`: the body ends as if whole, without the other frames and `[DONE]`.
 * - `malformed`: one frame is half its JSON; the others follow as if nothing were.
 * - `error-event`: a frame is an error of the service, and the stream ends; `followedByDone` ends it with `[DONE]`.
 * - `after-done`: another frame of text follows `[DONE]`.
 * - `html`: no stream, but a page for people.
 */
export type StreamFault =
  | ({ readonly type: 'silent' } & AfterFrames)
  | ({ readonly type: 'cut'; readonly afterBytes?: number } & AfterFrames)
  | ({ readonly type: 'ended-early' } & AfterFrames)
  | ({ readonly type: 'malformed' } & AfterFrames)
  | ({
      readonly type: 'error-event'
      /** @default 'errors' */
      readonly shape?: ErrorEventShape
      /** The service's code. @default 3040 */
      readonly code?: number
      /** @default the service's own text for the code */
      readonly message?: string
      /** @default false */
      readonly followedByDone?: boolean
    } & AfterFrames)
  | { readonly type: 'after-done' }
  | { readonly type: 'html' }
