import { script, startEmulator, type Emulator, type Script } from '@drover/emulator'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { cases } from './cases.ts'

/** A place where `env.AI` leads to an emulator. */
export interface Place extends AsyncDisposable {
  /** Runs a case there, and gives what it gave. Without a name: what `env.AI` is. */
  readonly run: (name?: string) => Promise<unknown>
}

/** What of the class cannot be had outside a Worker. */
export interface PlaceLimits {
  /**
   * A stand-in takes the calls in Node: its class is not the one of workerd. Streams are read to their end there: one
   * that ends before ends the process with an unhandled rejection (miniflare 5.20261102.0-beta).
   */
  readonly isStandIn?: boolean
}

/** Runs every case in a place. `start` gets the address of an emulator. */
export function describePlace(
  name: string,
  start: (emulatorUrl: string) => Promise<Place>,
  { isStandIn = false }: PlaceLimits = {},
): void {
  describe(name, () => {
    let said: Script
    let emulator: Emulator
    let place: Place

    beforeAll(async () => {
      const model = {
        name: 'case',
        reply: (...asked: Parameters<Script['reply']>) => said.reply(...asked),
      }
      emulator = await startEmulator({ model, retired: 'refuse' })
      place = await start(emulator.url)
    })

    afterAll(async () => {
      await place?.[Symbol.asyncDispose]()
      await emulator?.close()
    })

    test('`env.AI` is the class of workerd, or what stands for it in Node', async () => {
      expect(await place.run()).toEqual({ class: isStandIn ? 'constructor' : 'Ai' })
    })

    const fitting = cases.filter(({ breaksOff }) => !(isStandIn && breaksOff === true))

    test.each(fitting)('$name', async ({ name, replies, expected, arrived }) => {
      said = script(replies)
      expect(await place.run(name)).toEqual(expected)
      said.assertComplete()
      if (arrived === undefined) return
      // That a client has left is heard a moment later than it happens.
      await expect.poll(() => emulator.requests.at(-1)).toMatchObject(arrived)
    })
  })
}
