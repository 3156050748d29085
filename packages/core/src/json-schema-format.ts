/** True when `text` has the format, and for formats that are not checked: `format` is then only a hint. */
export function matchesFormat(format: string, text: string): boolean {
  return CHECKS.get(format)?.(text) ?? true
}

/** True for `YYYY-MM-DD` with a day that exists. */
export function isDate(text: string): boolean {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined || Number(month) < 1 || Number(month) > 12) return false
  // Day 0 of the next month is the last one of this month. Year 4 keeps the leap years that a two-digit year would lose.
  const lastDay = new Date(Date.UTC((Number(year) % 400) + 400, Number(month), 0)).getUTCDate()
  return Number(day) >= 1 && Number(day) <= lastDay
}

const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?:z|[+-](\d\d):?(\d\d)?)$/i

function isDateTime(text: string): boolean {
  const [, hours, minutes, seconds, zoneHours = '0', zoneMinutes = '0'] =
    TIME.exec(text.slice(11)) ?? []
  return (
    isDate(text.slice(0, 10)) &&
    /[t ]/i.test(text.charAt(10)) &&
    Number(hours) < 24 &&
    Number(minutes) < 60 &&
    Number(seconds) < 60 &&
    Number(zoneHours) < 24 &&
    Number(zoneMinutes) < 60
  )
}

const EMAIL_LOCAL = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i

function isEmail(text: string): boolean {
  const at = text.lastIndexOf('@')
  const labels = text.slice(at + 1).split('.')
  return (
    at > 0 &&
    EMAIL_LOCAL.test(text.slice(0, at)) &&
    labels.length > 1 &&
    labels.every((label) => label.length < 64 && HOST_LABEL.test(label))
  )
}

const CHECKS: ReadonlyMap<string, (text: string) => boolean> = new Map([
  ['date', isDate],
  ['date-time', isDateTime],
  ['email', isEmail],
  ['uri', (text: string) => /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i.test(text)],
  [
    'uuid',
    (text: string) => /^(?:urn:uuid:)?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text),
  ],
])
