import type { DroverErrorCode } from '../errors.ts'
import { retirementOf } from './profile.ts'

/** What can be done about a refused request, as a sentence for the end of its message. */
export function adviceFor(
  code: DroverErrorCode,
  { model, status }: { readonly model: string; readonly status: number | undefined },
): string {
  switch (code) {
    case 'model.retired': {
      const successor = retirementOf(model)?.successor ?? '@cf/meta/llama-3.1-8b-instruct-fast'
      return `Use \`${successor}\` instead of \`${model}\`.`
    }
    case 'model.refused':
      return 'Change the content: the same would be refused again.'
    case 'model.json_mode':
      return 'Ask for simpler JSON, or take a model that has JSON mode.'
    case 'http.auth':
      return 'Check the API token and that it has the Workers AI permission.'
    case 'http.forbidden':
      return "Check the account's plan, its permissions and whether it accepted the model's terms."
    case 'http.not_found':
      return 'Check the account id and the model id.'
    case 'http.bad_request':
      return 'Correct the field that the service names.'
    case 'http.too_large':
      return 'Send a shorter history, fewer tools or a smaller image.'
    case 'http.context_window':
      return 'Send a shorter history or a smaller `maxTokens`.'
    case 'http.quota':
      return 'The allocation is renewed at 00:00 UTC; Workers Paid has no such end.'
    case 'http.rate_limited':
      return 'Send fewer requests at a time, or try again later.'
    case 'http.protocol':
      return status !== undefined && status >= 300 && status < 400
        ? 'A redirect is never followed, because the credentials would go with it: check the address.'
        : 'Check that the address is that of Workers AI.'
    default:
      return 'Try again later.'
  }
}
