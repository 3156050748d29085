/** What Drover needs of a logger: the shape of pino's, so a `pino()` can be passed as it is. */
export interface Logger {
  readonly debug: (fields: object, message: string) => void
  readonly info: (fields: object, message: string) => void
  readonly warn: (fields: object, message: string) => void
  readonly error: (fields: object, message: string) => void
}

const nothing = (): void => {}

/** Says nothing: the default everywhere. */
export const silentLogger: Logger = { debug: nothing, info: nothing, warn: nothing, error: nothing }
