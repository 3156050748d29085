import { DroverError } from './errors.ts'

// On the global symbol registry, so that the switch also reaches another copy of Drover in the process.
const SWITCH = Symbol.for('drover.model-requests')
const state = globalThis as { [SWITCH]?: 'forbidden' | undefined }

/** Forbids or allows requests to backends that are not scripted, for this whole process. */
export function setModelRequests(allowed: boolean): void {
  state[SWITCH] = allowed ? undefined : 'forbidden'
}

/** True while real model requests are forbidden. */
export const modelRequestsForbidden = (): boolean => state[SWITCH] === 'forbidden'

/** @throws DroverError `test.unscripted` when real requests are forbidden and the backend is not a scripted one. */
export function assertRequestsAllowed(backend: {
  readonly name: string
  readonly scripted?: boolean
}): void {
  if (!modelRequestsForbidden() || backend.scripted === true) return
  throw new DroverError(
    'test.unscripted',
    `A request to the backend \`${backend.name}\` was about to be sent while real model requests are forbidden. ` +
      'Use `scriptedBackend`, or call the function that `forbidModelRequests()` returned.',
  )
}
