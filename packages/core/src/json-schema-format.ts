/** True when `text` has the format, and for formats that are not checked: `format` is then only a hint. */
export function matchesFormat(format: string, text: string): boolean {
  const expression = FORMATS.get(format)
  if (expression?.test(text) === false) return false
  return format.startsWith('date') ? isDay(text.slice(0, 10)) : true
}

/** True for a `YYYY-MM-DD` that the calendar has: JavaScript reads the 30th of February as a day in March. */
function isDay(day: string): boolean {
  const time = Date.parse(`${day}T00:00:00Z`)
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(day)
}

const FORMATS: ReadonlyMap<string, RegExp> = new Map([
  ['date', /^\d{4}-\d\d-\d\d$/],
  [
    'date-time',
    /^\d{4}-\d\d-\d\d[t ](?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?(?:z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?)$/i,
  ],
  ['email', /^[^\s@]+@[^\s@.]+(?:\.[^\s@.]+)+$/],
  ['uri', /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i],
  ['uuid', /^(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i],
])
