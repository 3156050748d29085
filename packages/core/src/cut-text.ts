/** A text of at most `maxChars` characters: head and tail, with a mark between them that says how long it was. */
export function cutText(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const mark = `\n[… ${text.length} characters in all, the middle left out …]\n`
  const room = Math.max(0, maxChars - mark.length)
  const head = Math.ceil(room * 0.75)
  return text.slice(0, head) + mark + text.slice(text.length - (room - head))
}
