const zones: ReadonlyMap<string, string> = new Map([
  ['amsterdam', 'Europe/Amsterdam'],
  ['auckland', 'Pacific/Auckland'],
  ['beijing', 'Asia/Shanghai'],
  ['berlin', 'Europe/Berlin'],
  ['cairo', 'Africa/Cairo'],
  ['chicago', 'America/Chicago'],
  ['delhi', 'Asia/Kolkata'],
  ['dubai', 'Asia/Dubai'],
  ['hong kong', 'Asia/Hong_Kong'],
  ['lagos', 'Africa/Lagos'],
  ['lisbon', 'Europe/Lisbon'],
  ['london', 'Europe/London'],
  ['los angeles', 'America/Los_Angeles'],
  ['madrid', 'Europe/Madrid'],
  ['moscow', 'Europe/Moscow'],
  ['mumbai', 'Asia/Kolkata'],
  ['nairobi', 'Africa/Nairobi'],
  ['new york', 'America/New_York'],
  ['paris', 'Europe/Paris'],
  ['rome', 'Europe/Rome'],
  ['san francisco', 'America/Los_Angeles'],
  ['sao paulo', 'America/Sao_Paulo'],
  ['seoul', 'Asia/Seoul'],
  ['shanghai', 'Asia/Shanghai'],
  ['singapore', 'Asia/Singapore'],
  ['sydney', 'Australia/Sydney'],
  ['tokyo', 'Asia/Tokyo'],
  ['toronto', 'America/Toronto'],
  ['vienna', 'Europe/Vienna'],
  ['zurich', 'Europe/Zurich'],
])

/** The IANA name of the time zone a text speaks of, by itself or by a well-known city. */
export function findTimeZone(text: string): string | undefined {
  const written = /\b[A-Z][a-z]+\/[A-Z][A-Za-z_]+\b/.exec(text)?.[0]
  if (written !== undefined) return written
  if (/\b(?:UTC|GMT)\b/i.test(text)) return 'UTC'
  const lower = text.toLowerCase()
  for (const [city, zone] of zones) if (lower.includes(city)) return zone
  return undefined
}
