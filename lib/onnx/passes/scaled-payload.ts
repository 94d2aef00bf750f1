import { arrayOver } from '../graph/numbers.js';
import { CHUNK_BYTES, isExternal, type Payload } from '../graph/payload.js';
import type { Tensor } from '../graph/tensor.js';

/** Weights of float32 or float64, each times a factor. They are read, and scaled, when they are asked for. */
export class ScaledPayload implements Payload {
  readonly bytes = undefined;
  readonly byteLength: number;
  readonly isFromOutside: boolean;
  readonly #itemBytes: number;

  constructor(
    readonly source: Tensor,
    /** Of element `index`. */
    readonly factorAt: (index: number) => number,
  ) {
    this.byteLength = source.payload.byteLength;
    this.isFromOutside = isExternal(source.payload);
    this.#itemBytes = source.elementType === 'float64' ? 8 : 4;
  }

  async read(start = 0, end = this.byteLength): Promise<Uint8Array> {
    const size = this.#itemBytes;
    const first = Math.floor(start / size);
    const from = first * size;
    const bytes = (
      await this.source.payload.read(from, Math.min(this.byteLength, Math.ceil(end / size) * size))
    ).slice();
    const values = arrayOver(this.source.elementType, bytes) as Float32Array;
    for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) * this.factorAt(first + i);
    return bytes.subarray(start - from, end - from);
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < this.byteLength; at += CHUNK_BYTES) {
      yield await this.read(at, Math.min(this.byteLength, at + CHUNK_BYTES));
    }
  }
}
