/** JSON text of plain data, to be read and reviewed: two blanks a level, and on one line what fits on one. Linear for a given depth. */
export function printJson(value: unknown, maxColumns: number = 100, indent: string = ''): string {
  const compact = printCompact(value)
  if (typeof value !== 'object' || value === null) return compact
  if (compact.length + indent.length <= maxColumns) return compact
  const inner = `${indent}  `
  const parts = Array.isArray(value)
    ? value.map((child) => printJson(child, maxColumns, inner))
    : Object.entries(value).map(
        ([key, child]) => `${JSON.stringify(key)}: ${printJson(child, maxColumns, inner)}`,
      )
  const [open, close] = Array.isArray(value) ? '[]' : '{}'
  if (parts.length === 0) return compact
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${indent}${close}`
}

/** On one line, with a blank after each comma and colon. */
function printCompact(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(printCompact).join(', ')}]`
  const fields = Object.entries(value).map(
    ([key, child]) => `${JSON.stringify(key)}: ${printCompact(child)}`,
  )
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`
}
