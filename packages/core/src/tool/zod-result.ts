import type { StandardResult } from './standard-schema.ts'

/** What every zod's `safeParseAsync` gives. */
export type ZodResult<Output> =
  | { readonly success: true; readonly data: Output }
  | { readonly success: false; readonly error: { readonly issues: readonly ZodIssue[] } }

interface ZodIssue {
  readonly message: string
  readonly path: readonly PropertyKey[]
}

/**
 * A zod result in the words of Standard Schema. zod's own Standard Schema part tries without waiting first: an async check
 * would run twice, and when it throws its first promise would reject with nobody to catch it.
 */
export function fromZod<Output>(result: ZodResult<Output>): StandardResult<Output> {
  return result.success ? { value: result.data } : { issues: result.error.issues }
}
