/** A word cut to its stem (`packages` → `packag`), so that a question and a description meet. */
export function stem(word: string): string {
  let cut = word.toLowerCase()
  if (cut.length > 4) cut = cut.replace(/ies$/, 'y').replace(/(?:ing|ed|es)$/, '')
  if (cut.length > 3) cut = cut.replace(/(?<!s)s$/, '').replace(/e$/, '')
  // The doubled consonant of `running`, `stopped`.
  return cut.replace(/([bdgmnprt])\1$/, '$1')
}

/** The words of prose, a `snake_case` or a `camelCase` name, in order. */
export function splitWords(text: string): readonly string[] {
  return text.replace(/([a-z0-9])([A-Z])/g, '$1 $2').match(/[\p{L}\p{N}]+/gu) ?? []
}

/** The stems of the words that carry meaning, each once. */
export function contentStems(text: string): ReadonlySet<string> {
  const words = splitWords(text).map((word) => word.toLowerCase())
  return new Set(words.filter((word) => !stopWords.has(word)).map(stem))
}

/** The idea behind a stem, such as `weather` for `warm`; the stem itself where there is none. */
export function conceptOf(stemmed: string): string {
  return concepts.get(stemmed) ?? stemmed
}

/** True for a word that says nothing about what a text is about, such as `the` or `please`. */
export function isStopWord(word: string): boolean {
  return stopWords.has(word.toLowerCase())
}

const stopWords: ReadonlySet<string> = new Set(
  (
    'a about again all also am an and any are as at be been but by can could did do does doing done for from get ' +
    'gets give given gives go got had has have he her here hi hello hey him his how i if in into is it its just let me ' +
    'my need no not of off ok on one only or our out over please s she so some such t tell than thanks thank that the ' +
    'their them then there these they this those to too tool tools up us use used uses using want was we were what ' +
    'when where which who whose why will with would you your current currently value string number input ' +
    'return returns returned result results optional required default'
  ).split(' '),
)

// Each line is one idea. A word in two ideas would join them, so each stands in one only.
const ideas: readonly string[] = [
  'weather forecast temperature warm cold hot rain rainy raining sunny snow snowing wind windy umbrella degrees celsius fahrenheit humid cloudy climate',
  'time clock hour hours oclock timezone now',
  'date day today tomorrow yesterday calendar',
  'calculate calculator calculation compute math arithmetic expression evaluate percent percentage plus minus formula',
  'search find grep locate look lookup query contain contains mention mentions mentioned occur occurs occurrence',
  'read open view content contents display print show cat say says',
  'file document documentation docs doc readme guide page path',
  'folder directory directories tree',
  'refund reimburse reimbursement repay',
  'order purchase',
  'cancel abort revoke',
  'create add new make insert book schedule reserve register',
  'delete remove erase drop',
  'update change edit modify rename replace',
  'send mail email message notify notification',
  'customer client buyer',
  'person people contact user member employee',
  'price cost expensive cheap fee',
  'stock inventory availability available',
  'translate translation',
  'convert conversion exchange currency',
  'extract parse save store record remember',
  'write append',
  'summarize summary summarise',
  'flight fly plane',
  'hotel room stay',
  'city town place location',
  'ticket issue bug',
  'invoice bill receipt',
  'list enumerate',
]

const concepts: ReadonlyMap<string, string> = new Map(
  ideas.flatMap((line) => {
    const words = line.split(' ')
    return words.map((word) => [stem(word), words[0] ?? word] as const)
  }),
)
