/** The most characters (UTF-16 units) of a prompt or a message. Source: both seed model pages. */
export const MAX_CONTENT_CHARS = 131_072

const LONE_SURROGATE = /\p{Surrogate}/gu

/** Text that can be sent: lone surrogates, which no UTF-8 can carry, become U+FFFD. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\uFFFD')

/** JSON of a value whose texts can be sent: `JSON.stringify` writes lone surrogates as escapes, and not every reader takes them. */
export const wellFormedJson = (value: unknown): string =>
  JSON.stringify(value).replace(/\\(?:ud[89a-f]..|.)/g, (escape) =>
    escape.length > 2 ? '\uFFFD' : escape,
  )
