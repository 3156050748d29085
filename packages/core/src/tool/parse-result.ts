/** The parsed value, or what is wrong: at most five `` `path`: message `` texts that a model can act on. */
export type ParseResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly issues: readonly string[] }
