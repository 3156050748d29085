import { remembered } from './remembered.ts'

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

/** The same logger, but what it throws is lost: a log that cannot be written must not end a run. Always one for one. */
export const safeLogger: (log: Logger) => Logger = remembered((log) => {
  if (log === silentLogger) return log
  const quiet =
    (level: keyof Logger): Logger['debug'] =>
    (fields, message) => {
      try {
        log[level](fields, message)
      } catch {
        // There is nowhere to tell it.
      }
    }
  return { debug: quiet('debug'), info: quiet('info'), warn: quiet('warn'), error: quiet('error') }
})
