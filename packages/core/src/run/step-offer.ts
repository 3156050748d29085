import { BackendError } from '../errors.ts'
import type { Failure } from '../wire/failure.ts'
import { allCalls, type Reply } from '../wire/reply.ts'
import {
  makeOffer,
  type Offer,
  type OfferOptions,
  type OfferPlan,
  type OfferRequest,
} from './offer.ts'

/** What the requests of one step offer: after words where a call was wanted, or JSON mode that failed, something else. */
export interface StepOffer {
  /** What the first request offers: calls are read by it, whatever a later one shows. */
  readonly first: Offer
  /** What the next request offers. */
  readonly next: () => Offer
  /** Says why a reply is none to go on with. */
  readonly refuse: (reply: Reply) => Failure | undefined
  readonly onFailure: (failure: Failure) => void
}

export function createStepOffer(
  options: OfferOptions & { readonly withoutJsonMode: Set<string> },
  plan: OfferPlan,
  request: Omit<OfferRequest, 'insist'>,
): StepOffer {
  const first = makeOffer(options, plan, request)
  let offer = first
  let toolName: string | undefined
  return {
    first,
    next: () => offer,
    refuse: (reply) => {
      if (!first.mustCall || allCalls(reply).length > 0) return undefined
      toolName = first.set.list.find(({ name }) => reply.text.includes(name))?.name
      return noCall(plan.model, reply)
    },
    onFailure: ({ error: { code } }) => {
      if (code === 'model.json_mode') options.withoutJsonMode.add(plan.model)
      const insist = code === 'model.no_call' ? { insist: { toolName } } : {}
      offer = makeOffer(options, plan, { ...request, ...insist })
    },
  }
}

/** Where a call is wanted, words are a failure of the model, as an empty reply is. */
function noCall(model: string, { usage }: Reply): Failure {
  const message =
    `The model \`${model}\` was to call a tool and answered in words. ` +
    "Use a model that calls tools, or leave `toolChoice` at 'auto'."
  const error = new BackendError('model.no_call', message, { retryable: true })
  return { error, retries: 1, delayMs: 0, usage }
}
