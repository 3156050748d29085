import { modelRequestsForbidden, setModelRequests } from '../model-requests.ts'

/**
 * Makes every model request of this process throw `test.unscripted`, except those to a scripted backend: put it into a
 * test set-up, and no test can reach a real model by accident. Gives the function that undoes it.
 */
export function forbidModelRequests(): () => void {
  const before = modelRequestsForbidden()
  setModelRequests(false)
  return () => setModelRequests(!before)
}
