import { Cabidela } from '@cloudflare/cabidela'
import type { JsonSchema } from '@drover/core'
import type { FrontName } from './envelope.ts'
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

/** What a model publishes as the schema of its inputs. */
export function inputSchemaOf(model: ModelEntry): JsonSchema {
  return model.dialect === 'flat' ? seedInputSchema : chatInputSchema
}

/**
 * Checks inputs as the service does for this model, and applies its defaults (`max_tokens` 256 above all). Over OpenAI's
 * wire every model takes content that is null or in parts (release notes of 2026-02-17).
 */
export function validateInputs(
  inputs: JsonObject,
  model: ModelEntry,
  front: FrontName,
): ValidatedInputs {
  // The validator writes defaults into what it is given, at the top level only; the caller keeps what arrived.
  const copy = { ...inputs }
  try {
    const isSeed = front !== 'openai' && inputSchemaOf(model) === seedInputSchema
    const validator = isSeed ? seedValidator : chatValidator
    validator.validate(copy)
    return { ok: true, inputs: copy }
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) }
  }
}
