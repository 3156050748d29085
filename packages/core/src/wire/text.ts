/** The most characters (UTF-16 units) of a prompt or a message. Source: both seed model pages. */
export const MAX_CONTENT_CHARS = 131_072

const LONE_SURROGATE = /\p{Surrogate}/gu

/** Text that can be sent: lone surrogates, which no UTF-8 can carry, become U+FFFD. */
export const wellFormed = (text: string): string => text.replace(LONE_SURROGATE, '\uFFFD')
