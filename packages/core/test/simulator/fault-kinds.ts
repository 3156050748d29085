/**
 * Everything that can go wrong in a world, by what it strikes. The names are those that `--faults` prints.
 *
 * - `answer`: what comes in place of a reply
 * - `stream`: what happens to a reply on its way
 * - `reply`: what is odd about a reply that arrives
 * - `call`: how a call is written
 * - `tool`: what a tool does
 * - `approval`: what becomes of a call that waits for a person
 * - `abort`: when the caller aborts
 * - `user`: what the caller does otherwise
 * - `limit`: what the agent is held to
 * - `clock`: what the machine's clock does
 */
export const FAULTS = {
  answer: [
    'network-error',
    'send-hangs',
    'send-is-deaf',
    'late-answer',
    'http-500',
    'http-502-page',
    'http-520',
    'http-redirect',
    'retry-after-seconds',
    'retry-after-date',
    'retry-after-ms',
    'retry-after-past',
    'retry-after-garbage',
    'retry-after-too-long',
    'rate-limited',
    'capacity',
    'inference-timeout',
    'upstream-timeout',
    'runner-error',
    'daily-quota',
    'bad-input',
    'bad-token',
    'forbidden',
    'unknown-model',
    'retired-model',
    'refused-content',
    'window-exceeded',
    'success-false',
    'echoed-secret',
    'page-as-200',
    'empty-body',
    'half-json',
    'null-body',
    'cut-body',
    'silent-body',
    'trickling-body',
  ],
  stream: [
    'silent-stream',
    'cut-stream',
    'early-end',
    'malformed-event',
    'error-event',
    'error-event-then-done',
    'event-after-done',
    'page-as-stream',
    'json-as-stream',
    'unasked-stream',
    'slow-stream',
  ],
  reply: [
    'leaked-calls',
    'cut-reply',
    'many-calls',
    'repeated-call',
    'calls-in-closing',
    'same-ids',
    'odd-finish',
    'empty-reply',
    'object-response',
    'number-response',
    'no-usage',
    'odd-usage',
    'lone-surrogates',
    'text-like-calls',
    'long-text',
  ],
  call: [
    'number-as-text',
    'list-as-text',
    'encoded-input',
    'extra-field',
    'missing-field',
    'wrong-type',
    'unknown-tool',
    'odd-name',
    'prototype-name',
    'prototype-key',
    'deep-input',
    'broken-input',
    'surrogate-input',
  ],
  tool: [
    'throws-error',
    'throws-odd',
    'hangs',
    'late-result',
    'late-failure',
    'huge-result',
    'odd-result',
    'wrong-result',
    'changes-input',
  ],
  approval: [
    'denied',
    'undecided',
    'forged-input',
    'forged-call',
    'decided-twice',
    'rule-throws',
    'rule-hangs',
  ],
  abort: ['aborts-later', 'aborts-at-point', 'aborts-before'],
  user: [
    'odd-reason',
    'leaves-stream',
    'reads-slowly',
    'reads-nothing',
    'broken-history',
    'resumes-finished',
  ],
  limit: ['small-budget'],
  clock: ['clock-back', 'clock-forward'],
} as const

export type FaultGroup = keyof typeof FAULTS
export type FaultKind<Group extends FaultGroup = FaultGroup> = (typeof FAULTS)[Group][number]

export const ALL_FAULTS: readonly FaultKind[] = Object.values(FAULTS).flat()
