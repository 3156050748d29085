import type { DroverErrorCode } from '../errors.ts'
import { retirementOf } from './retirement.ts'

const SHORTER = 'Send a shorter history or a smaller `maxTokens`'

const ADVICE: { readonly [Code in DroverErrorCode]?: string } = {
  'model.refused': 'Change the content',
  'model.json_mode': 'Ask for simpler JSON',
  'http.auth': 'Check the API token and its Workers AI permission',
  'http.forbidden':
    "Check the account's plan, its permissions and whether it accepted the model's terms",
  'http.not_found': 'Check the account id and the model id',
  'http.bad_request': 'Correct the field that is named',
  'http.too_large': `${SHORTER}, or fewer tools`,
  'http.context_window': SHORTER,
  'http.quota': 'It is renewed at 00:00 UTC',
  'http.rate_limited': 'Send fewer requests at a time, or try again later',
  'http.protocol': 'Check the address: redirects are not followed',
}

/** What can be done about a refused request, as a sentence for the end of its message. */
export function adviceFor(code: DroverErrorCode, model: string): string {
  if (code !== 'model.retired') return `${ADVICE[code] ?? 'Try again later'}.`
  return `Use \`${retirementOf(model)?.successor ?? '@cf/meta/llama-3.1-8b-instruct-fast'}\` instead.`
}
