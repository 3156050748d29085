/** The properties that have a value: `undefined` ones are left out, as optional properties of plain JSON are. */
export function defined<Properties extends object>(
  properties: Properties,
): { readonly [Name in keyof Properties]?: Exclude<Properties[Name], undefined> } {
  const kept = Object.entries(properties).filter(([, value]) => value !== undefined)
  // The entries are the object's own, without those that the return type leaves out.
  return Object.fromEntries(kept) as ReturnType<typeof defined<Properties>>
}
