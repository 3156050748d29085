import { type $ZodType, type input, type output, safeParseAsync } from 'zod/v4/core'
import { DroverError } from './errors.ts'
import type { StandardSchema } from './tool/standard-schema.ts'
import { fromZod } from './tool/zod-result.ts'
import { type Override, toJsonSchema } from './zod-mini-json-schema.ts'

/**
 * Gives a zod/mini schema the JSON Schema that it lacks: `tool({ input: zodMini(schema) })`. Other zod 4 schemas pass too,
 * but need no wrapping.
 * @throws DroverError `config.tool` for anything that is no zod 4 schema.
 * @see https://zod.dev/packages/mini
 */
export function zodMini<Schema extends $ZodType>(
  schema: Schema,
): StandardSchema<input<Schema>, output<Schema>> {
  if (typeof schema !== 'object' || schema === null || !('_zod' in schema)) {
    throw new DroverError(
      'config.tool',
      'Expected `zodMini` to be given a zod/mini schema, got something else: wrap a zod 3 schema with `zod3` from ' +
        '`@drover/core/zod3`, and give any other as it is.',
    )
  }
  return {
    '~standard': {
      version: 1,
      vendor: 'zod',
      validate: async (value) => fromZod(await safeParseAsync(schema, value)),
      jsonSchema: {
        input: ({ libraryOptions }) => toJsonSchema(schema, overrideOf(libraryOptions)),
      },
    },
  }
}

/** The option of zod's own converter that `tool()` uses: what is written for each part may be corrected. */
function overrideOf(libraryOptions: Record<string, unknown> | undefined): Override {
  const override = libraryOptions?.['override']
  // Only `tool()` gives one, in zod's own form.
  return typeof override === 'function' ? (override as Override) : () => {}
}
