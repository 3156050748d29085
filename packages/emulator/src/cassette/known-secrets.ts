import type { RedactOptions } from '@drover/core/testing'

const MIN_CHARS = 8
const SECRET_NAME =
  /(^|_)(TOKEN|SECRET|SECRETS|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?|API_?KEY|ACCESS_KEY|PRIVATE_KEY|SECRET_KEY|ACCOUNT_ID)(_|$)|_KEY$/

/** Adds what this process knows as a secret: values of environment variables named like `…_TOKEN` or `CLOUDFLARE_ACCOUNT_ID`. */
export function withKnownSecrets(
  { secrets = [], fields = [] }: RedactOptions = {},
  environment: Readonly<Record<string, string | undefined>> = process.env,
): RedactOptions {
  const known = Object.entries(environment).flatMap(([name, value = '']) =>
    SECRET_NAME.test(name.toUpperCase()) && value.length >= MIN_CHARS ? [value] : [],
  )
  return { secrets: [...secrets, ...known], fields }
}
