import { Cabidela } from '@cloudflare/cabidela'
import type { JsonObject } from './json-object.ts'
import type { ModelEntry } from './model-catalogue.ts'
import { chatInputSchema, seedInputSchema } from './seed-schema.ts'

/** Inputs with the schema's defaults filled in, or the validator's own words on what is wrong. */
export type ValidatedInputs =
  | { readonly ok: true; readonly inputs: JsonObject }
  | { readonly ok: false; readonly message: string }

// Cloudflare's validator, so its texts are the service's texts. One each: it keeps no state between calls.
const seedValidator = new Cabidela(seedInputSchema, { applyDefaults: true })
const chatValidator = new Cabidela(chatInputSchema, { applyDefaults: true })

/** Checks inputs as the service does for this model, and applies its defaults (`max_tokens` 256 above all). */
export function validateInputs(inputs: JsonObject, model: ModelEntry): ValidatedInputs {
  // The validator writes defaults into what it is given, at the top level only; the caller keeps what arrived.
  const copy = { ...inputs }
  try {
    const validator = model.dialect === 'flat' ? seedValidator : chatValidator
    validator.validate(copy)
    return { ok: true, inputs: copy }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
