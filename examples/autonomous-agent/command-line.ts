import { nearest } from '@drover/core/wire'
import { parseArgs } from 'node:util'

/** What the command line asks for. */
export interface CommandLine {
  readonly question: string
  readonly dir: string
  readonly model: string
  /** Events as JSON lines instead of text. */
  readonly json: boolean
  readonly help: boolean
}

export const DEFAULT_QUESTION =
  'Which package has the most source lines, and where in packages/core is p-retry used?'
export const DEFAULT_MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'

export const HELP = `Asks an agent a question about a folder. It looks for itself, with real tools:
list_files, read_file, search_text, count_lines, calculate, current_time.

  npx -y pnpm@12 start ["question"] [options]

  --dir <folder>   the folder it may read        (default: this repository)
  --model <id>     a Workers AI model id         (default: ${DEFAULT_MODEL})
  --json           prints the run's events, one JSON object a line
  --help           this text

With CLOUDFLARE_ACCOUNT_ID and CLOUDFLARE_API_TOKEN set, the real service answers and
sees what the tools read. Otherwise an emulator on this machine does, over HTTP, with a
rehearsal: rules, not a language model.

Without a question it asks:
${DEFAULT_QUESTION}`

const options = {
  dir: { type: 'string' },
  model: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

/**
 * Reads the arguments behind the script's name. Words that are no option are the question, quoted or not.
 * @throws Error with one line that says what to write instead.
 */
export function readCommandLine(args: readonly string[], defaultDir: string): CommandLine {
  // `pnpm start -- --json` hands the `--` on.
  const given = args[0] === '--' ? args.slice(1) : [...args]
  const { values, positionals, tokens } = parseArgs({
    args: given,
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  })
  for (const token of tokens) {
    if (token.kind !== 'option') continue
    const { name, rawName, value } = token
    if (!Object.hasOwn(options, name)) throw new Error(unknownOption(rawName))
    const takesValue = options[name as keyof typeof options].type === 'string' // it is one of them, as just seen
    if (takesValue && !value) throw new Error(`Expected a value: \`${rawName} <${name}>\`.`)
    if (!takesValue && value !== undefined)
      throw new Error(`Expected \`${rawName}\` without a value.`)
  }
  const asked = positionals.join(' ')
  if (positionals.length > 0 && asked.trim() === '') {
    throw new Error('Expected a question, got an empty one: write one in quotes, or leave it out.')
  }
  return {
    question: asked || DEFAULT_QUESTION,
    dir: String(values.dir ?? defaultDir),
    model: String(values.model ?? DEFAULT_MODEL),
    json: values.json === true,
    help: values.help === true,
  }
}

function unknownOption(rawName: string): string {
  const known = Object.keys(options).map((name) => `--${name}`)
  const near = nearest(rawName, known)
  return `There is no option \`${rawName}\`.${near === undefined ? '' : ` Did you mean \`${near}\`?`} \`--help\` lists them.`
}
