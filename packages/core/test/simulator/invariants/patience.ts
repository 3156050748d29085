import type { Invariant } from '../invariant.ts'

export const patienceKept: Invariant = {
  id: 'I11',
  says: 'No model is asked again before the time that the service asked for, and one that asked for too long not at all.',
  onRequest: ({ run }, { model, at }) => {
    const until = run.notBefore.get(model) ?? 0
    return at < until && `\`${model}\` was asked ${until - at} ms too early`
  },
}
