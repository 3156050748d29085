/** What the model reads of a call that went well. */
export const outputOf = (mark: string, label: string): string => `out ${mark} of ${label}.`

const cycle: Record<string, unknown> = { name: 'cycle' }
cycle['self'] = cycle

/** What tools give and throw that are not careful. */
export const ODD: readonly unknown[] = [
  undefined,
  null,
  'only a text',
  12n,
  cycle,
  new Map([['key', { value: 1 }]]),
  new Uint8Array(9),
  Object.freeze(new Error('frozen')),
  { toString: () => cycle },
  { toJSON: () => () => 'a function' },
  new Proxy(
    {},
    {
      ownKeys: () => [],
      get: () => {
        throw new Error('a trap')
      },
    },
  ),
  Symbol('odd'),
  () => 'a function',
]
