import { expect, test } from 'vitest'
import { readContextLimit } from '../../src/wire/context-limit.ts'

test.each([
  [
    'the service, which counts the reply in',
    'Workers AI answered code 5021, HTTP 413: AiError: The estimated number of input and maximum output tokens (8810) exceeded this model context window limit (8192).',
    { window: 8192, inputTokens: 8710 },
  ],
  [
    'vLLM, which counts it apart',
    '{"error":{"message":"This model\'s maximum context length is 24000 tokens. However, you requested 4096 output tokens and your prompt contains at least 19905 input tokens, for a total of at least 24001 tokens."}}',
    { window: 24_000, inputTokens: 19_905 },
  ],
  [
    'one that tells the window alone',
    "This model's maximum context length is 4096 tokens.",
    { window: 4096 },
  ],
  [
    'one whose count is less than the reply',
    'tokens (90) exceeded this model context window limit (80)',
    { window: 80 },
  ],
  ['one without figures', 'The request is too large for the context window.', undefined],
  ['nothing', '', undefined],
])('reads the figures of %s', (_who, text, limit) => {
  expect(readContextLimit(text, 100)).toEqual(limit)
})
