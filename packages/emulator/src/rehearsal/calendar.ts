const DAY_MS = 86_400_000
const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday']
const months = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/** Every day a text names, as `YYYY-MM-DD` in its order; `tomorrow` and the like count from `now` (ms, UTC). */
export function findDates(text: string, now: number): readonly string[] {
  const pattern =
    /\b(\d{4}-\d{2}-\d{2})\b|\b(today|tonight|now|tomorrow|yesterday)\b|\b(?:next |on |this )?((?:sun|mon|tues|wednes|thurs|fri|satur)day)\b|\b(\d{1,2})(?:st|nd|rd|th)? (?:of )?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\b(?:,? (\d{4}))?|\b(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6} (\d{1,2})(?:st|nd|rd|th)?\b(?:,? (\d{4}))?/gi
  const dates = Array.from(text.matchAll(pattern), (match) => {
    const [, iso, relative, weekday, dayBefore, monthAfter, year1, monthBefore, dayAfter, year2] =
      match
    if (iso !== undefined) return iso
    if (relative !== undefined) return toDate(now + shift(relative.toLowerCase()) * DAY_MS)
    if (weekday !== undefined) return nextWeekday(weekday.toLowerCase(), now)
    const month = (monthAfter ?? monthBefore ?? 'jan').toLowerCase()
    const year = year1 ?? year2 ?? toDate(now).slice(0, 4)
    return `${year}-${twoDigits(months.indexOf(month) + 1)}-${twoDigits(Number(dayBefore ?? dayAfter))}`
  })
  return dates.filter(isDate)
}

/** The day of a moment (ms since 1970), in UTC. */
export function toDate(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10)
}

/** The first clock time in a text, as `HH:MM:SS`. */
export function findTime(text: string): string | undefined {
  const match = /\b(\d{1,2})(?::(\d{2}))?\s*(am|pm)\b|\b(\d{1,2}):(\d{2})\b/i.exec(text)
  if (match === null) return undefined
  const half = match[3]?.toLowerCase()
  const hour = Number(match[1] ?? match[4])
  const hours = half === undefined ? hour : (hour % 12) + (half === 'pm' ? 12 : 0)
  const minutes = Number(match[2] ?? match[5] ?? 0)
  return hours < 24 && minutes < 60 ? `${twoDigits(hours)}:${twoDigits(minutes)}:00` : undefined
}

function shift(word: string): number {
  if (word === 'tomorrow') return 1
  return word === 'yesterday' ? -1 : 0
}

function nextWeekday(name: string, now: number): string {
  const today = new Date(now).getUTCDay()
  const ahead = (weekdays.indexOf(name) - today + 7) % 7
  return toDate(now + (ahead === 0 ? 7 : ahead) * DAY_MS)
}

function isDate(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`)
  return !Number.isNaN(time) && toDate(time) === text
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0')
}
