import type { Terminal } from '../terminal.ts'

/** What has begun. */
export interface Start {
  readonly url: string
  readonly sourceName: string
  readonly needsToken: boolean
}

const MODEL = '@cf/meta/llama-3.1-8b-instruct-fast'

/** Where it listens, what answers, and lines to paste. */
export function startScreen(
  { url, sourceName, needsToken }: Start,
  { colour }: Pick<Terminal, 'colour'>,
): string {
  const token = needsToken ? '$DROVER_TOKEN' : 'any'
  const path = `/client/v4/accounts/any/ai/run/${MODEL}`
  const heading = (text: string): string => colour('quiet', text)
  return `
Workers AI on this machine: ${colour('strong', url)}
${answeredBy(sourceName)}. Ctrl+C ends it.

${heading('Drover')}    rest({ accountId: 'any', apiToken: '${needsToken ? 'the token' : 'any'}', baseUrl: '${url}' })
${heading('curl')}      curl ${url}${path} \\
            -H "Authorization: Bearer ${token}" -d '{ "prompt": "Hello" }'
${heading('wrangler')}  an environment of its own in wrangler.jsonc, then: wrangler dev -e local
          "env": { "local": { "unsafe": { "bindings": [{ "name": "AI", "type": "workers-ai-local", "dev": {
            "plugin": { "package": "@drover/emulator/miniflare-plugin", "name": "workers-ai-local" },
            "options": { "url": "${url}" } } }] } } }
`
}

function answeredBy(sourceName: string): string {
  switch (sourceName) {
    case 'rehearsal':
      return 'A rehearsal answers: rules, not a language model (--upstream for a real one)'
    case 'upstream':
      return 'A real model answers, behind the upstream'
    default:
      return `Answers come from: ${sourceName}`
  }
}
