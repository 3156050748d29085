/**
 * JSON text with the keys of every object in order: the same text for the same value, however it was written down.
 * @throws TypeError for what has no JSON text, such as a cycle.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, node: unknown) => {
    if (typeof node === 'bigint') return `${node}n`
    if (typeof node !== 'object' || node === null || Array.isArray(node)) return node
    return Object.fromEntries(Object.entries(node).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  })
}
