const mixed = new WeakSet<object>()

/**
 * Remembers a lowered property that says `string` for want of a type that means several. Its values are read by the
 * schema they came from, so nothing may be concluded from the `string`.
 */
export function markMixed<Schema extends object>(schema: Schema): Schema {
  mixed.add(schema)
  return schema
}

/** True for a property that was marked; not for a copy of it. */
export function isMixed(schema: object): boolean {
  return mixed.has(schema)
}
