import { integerOption, knownKeys, objectOption } from '../../options.js';
import { type Place, sampleError } from './failure.js';

export interface ReadLimits {
  /**
   * Bytes that the arrays of one file, or of one sample's folder, may take together. Asked before memory is taken.
   * @default 2147483648 (2 GiB)
   */
  maxBytes?: number;
}

export const DEFAULT_MAX_BYTES = 2 ** 31;

/** The checked options of a reader that has no other ones. */
export function readLimits(options: unknown): Required<ReadLimits> {
  const given = objectOption<ReadLimits>('options', options);
  knownKeys('options', given, ['maxBytes']);
  return { maxBytes: maxBytesOption(given.maxBytes) };
}

export function maxBytesOption(value: unknown, defaultBytes = DEFAULT_MAX_BYTES): number {
  return value === undefined ? defaultBytes : integerOption('options.maxBytes', value, 1, Number.MAX_SAFE_INTEGER);
}

/** What is left of `maxBytes` while the arrays of a sample are read. */
export class ByteBudget {
  #left: number;

  constructor(readonly maxBytes: number) {
    this.#left = maxBytes;
  }

  /** Takes `bytes`, or throws OUT_OF_RANGE. */
  take(place: Place, bytes: number): void {
    if (bytes > this.#left) {
      throw sampleError(
        place,
        'too-large',
        `expected at most ${this.maxBytes} bytes in the arrays of one sample, received one of ${bytes} bytes where ${this.#left} were left; raise options.maxBytes if that is meant`,
        { option: 'options.maxBytes', expected: this.maxBytes, received: bytes },
      );
    }
    this.#left -= bytes;
  }
}
