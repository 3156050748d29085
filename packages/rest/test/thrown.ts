/** What a call throws; fails where it throws nothing. */
export function thrownBy(call: () => unknown): unknown {
  let given: unknown
  try {
    given = call()
  } catch (thrown) {
    return thrown
  }
  throw new Error(`Expected a throw, got ${typeof given}.`)
}
