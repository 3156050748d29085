import { DroverError } from '../errors.ts'

/** An image as bytes, as a list of numbers from 0 to 255, or as a binary string. */
export type ImageInput = ArrayBuffer | Uint8Array | readonly number[] | string

/**
 * An image as the wire takes it: a list of integers from 0 to 255, or a binary string as it is.
 * @throws DroverError `config.input` for anything else.
 */
export function readImage(image: ImageInput | undefined): readonly number[] | string | undefined {
  if (image === undefined) return undefined
  if (typeof image === 'string' && image !== '') return image
  if (image instanceof ArrayBuffer) return [...new Uint8Array(image)]
  if (image instanceof Uint8Array) return [...image]
  const isBytes =
    Array.isArray(image) &&
    image.every((byte) => Number.isInteger(byte) && byte >= 0 && byte <= 255)
  if (isBytes) return image
  throw new DroverError(
    'config.input',
    'Expected `image` to be bytes, a list of integers from 0 to 255, or a binary string.',
  )
}
