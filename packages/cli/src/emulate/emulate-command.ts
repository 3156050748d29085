import type { Command } from 'commander'
import { Option } from 'commander'
import type { MisbehaveOptions } from '@drover/emulator'
import type { Terminal } from '../terminal.ts'
import { emulate } from './emulate.ts'
import { toCount, toMisbehaviours, toModels, toPort } from './option-value.ts'

/** What `drover emulate` was asked for. */
export interface EmulateOptions {
  readonly port: number
  readonly host?: string
  readonly token?: string
  readonly upstream?: string
  readonly model?: Readonly<Record<string, string>>
  readonly script?: string
  readonly cassette?: string
  readonly record?: string
  readonly rehearsal?: true
  readonly misbehave?: MisbehaveOptions | 'list'
  readonly quota?: number
  readonly seed?: number
  readonly retired: 'serve' | 'refuse'
  readonly json?: true
}

const EXAMPLES = `
Examples:
  drover emulate                                    rules answer: nothing to install
  drover emulate --upstream http://127.0.0.1:11434  a real model, by Ollama
  drover emulate --upstream http://127.0.0.1:8080   … by llama.cpp's llama-server
  drover emulate --script replies.json              what the file says, in order
  drover emulate --cassette run.json                what an earlier --record run.json wrote down
  drover emulate --misbehave leak=0.3,429=0.1 --seed 7   some calls leak, some requests are turned away
  drover emulate --json | jq .status                a line of JSON for each request

A script is a JSON list of replies, such as [{ "text": "Hello" }], or a module (.ts, .js) whose default
export is a list of replies or a function of the request.

Where it listens on another interface (--host), every request needs the token.
The key of the upstream is read from UPSTREAM_API_KEY, the token also from DROVER_TOKEN.`

/** Adds `emulate` to the program. */
export function emulateCommand(program: Command, terminal: Terminal): void {
  const source = (flags: string, description: string): Option => {
    const option = new Option(flags, description)
    const others = ['upstream', 'script', 'cassette', 'rehearsal'].filter(
      (name) => name !== option.name(),
    )
    return option.conflicts(others)
  }
  program
    .command('emulate')
    .description('A Workers AI on this machine: REST, env.AI and AI Gateway, offline, no account.')
    .option('-p, --port <number>', 'where it listens; 0 takes any free port', toPort, 8790)
    .option('--host <address>', 'another interface than 127.0.0.1; needs a token')
    .option('--token <text>', 'the only token that is accepted; else any is')
    .addOption(source('--rehearsal', 'rules answer, not a language model (default)'))
    .addOption(source('--upstream <url>', 'an OpenAI-compatible server answers'))
    .option(
      '--model <name>',
      "the upstream's model for every model, or @cf/…=name for one; may be repeated",
      toModels,
    )
    .addOption(source('--script <file>', 'a list of replies answers'))
    .addOption(source('--cassette <file>', 'what was recorded answers, in order'))
    .addOption(
      new Option(
        '--record <file>',
        'writes a cassette of all that was said, when it ends',
      ).conflicts('cassette'),
    )
    .option(
      '--misbehave <names>',
      'what goes wrong: names with rates, such as leak=0.3,429; `list` shows all names',
      toMisbehaviours,
    )
    .option('--quota <neurons>', 'how much a day, until 00:00 UTC; then 4006', toCount)
    .option('--seed <number>', 'makes streams and misbehaviour repeatable, byte for byte', toCount)
    .addOption(
      new Option('--retired <what>', 'what becomes of models the service has retired')
        .choices(['serve', 'refuse'])
        .default('serve'),
    )
    .option('--json', 'one line of JSON for each request, for programs')
    .addHelpText('after', EXAMPLES)
    .action((options: EmulateOptions) => emulate(options, terminal))
}
