import type { IncomingHttpHeaders } from 'node:http'
import type { ErrorReply } from '../model-source.ts'
import { findModel, listModels } from '../model-catalogue.ts'
import type { CatalogueRoute } from '../route.ts'
import { isAuthorized } from './authorization.ts'
import { searchModels } from './catalogue.ts'
import { toModelSchema } from './model-schema.ts'

/** A question about the models. */
export interface CatalogueRequest {
  readonly route: CatalogueRoute
  readonly method: string
  readonly url: URL
  readonly headers: IncomingHttpHeaders
}

/** What the answer depends on. */
export interface CatalogueContext {
  readonly apiToken: string | undefined
  readonly retired: 'serve' | 'refuse'
}

/** The answer's body, or the error. Retired models are listed as long as they are served. */
export function answerCatalogue(
  { route, method, url, headers }: CatalogueRequest,
  { apiToken, retired }: CatalogueContext,
): { readonly body: object } | ErrorReply {
  if (method !== 'GET') return { error: { code: 7001, message: methodMessage(method) } }
  if (!isAuthorized(route.front, headers, apiToken)) return { error: { code: 10_000 } }
  if (route.to === 'models') {
    const models = listModels().filter(
      ({ retiredOn }) => retiredOn === undefined || retired === 'serve',
    )
    return { body: searchModels(models, url.searchParams) }
  }
  const id = url.searchParams.get('model') ?? ''
  const model = findModel(id)
  if (model === undefined) return { error: { code: 5007, message: `No such model ${id} or task` } }
  return { body: { result: toModelSchema(model), success: true, errors: [], messages: [] } }
}

/** What the edge says of a method that an address does not have. */
export function methodMessage(method: string): string {
  return `Method ${method} not available for that URI.`
}
