const MAX_CLAUSES = 6

const JOINTS =
  /(?<=[.?!;])\s+|\n+|,?\s+(?:and\s+)?(?:then|after that|afterwards|also)\s+|,?\s+and\s+(?=(?:what|how|which|who|where|when|is|are|tell|show|find|search|read|list|open|calculate|compute|convert|get|fetch|check|send|create|book|cancel|refund|look|count|write|update|delete|translate|multiply|add|divide)\b)/i

/** The parts of a question that each may want a tool: sentences, and what stands behind `then` or `and find …`. */
export function splitClauses(text: string): readonly string[] {
  const parts = text
    .slice(0, 4000)
    .split(JOINTS)
    .map((part) => part.trim())
    .filter((part) => part.length > 2)
  return parts.slice(0, MAX_CLAUSES)
}

/** True for a part that goes on with what the one before it asked: `And in Rome?`. */
export function goesOn(clause: string): boolean {
  return /^(?:and|or|what about|how about|also|same)\b/i.test(clause)
}

/** True for a part that speaks of something an earlier part has to bring first: `read it`, `its total`. */
export function refersBack(clause: string): boolean {
  return /\b(?:it|its|that|this|them|those|their|result|results|the (?:first|largest|longest|last) one|one)\b/i.test(
    clause,
  )
}
