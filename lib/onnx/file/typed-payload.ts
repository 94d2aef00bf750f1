import { type ElementType, elementTypes, rawByteLength } from '../graph/element-types.js';
import { MemoryPayload, type Payload, type StoredForm } from '../graph/payload.js';
import { invalid } from './invalid.js';

/**
 * Elements that a file keeps in a typed field of a tensor (float_data, int32_data …) as packed numbers. Those of a fixed
 * size are raw already; varints are decoded when they are asked for, all at once.
 */
export function typedPayload(type: ElementType, count: number, field: number, packed: Payload): Payload {
  const stored: StoredForm = { kind: 'typed', field, packed };
  const byteLength = rawByteLength(type, count);
  const isFixed = elementTypes[type].field === 'floatData' || elementTypes[type].field === 'doubleData';
  if (isFixed) {
    return {
      byteLength: packed.byteLength,
      bytes: packed.bytes,
      stored,
      read: packed.read.bind(packed),
      chunks: () => packed.chunks(),
    };
  }
  return new VarintPayload(type, byteLength, stored, packed);
}

class VarintPayload implements Payload {
  readonly bytes = undefined;

  constructor(
    private readonly type: ElementType,
    readonly byteLength: number,
    readonly stored: StoredForm,
    private readonly packed: Payload,
  ) {}

  async read(start = 0, end = this.byteLength): Promise<Uint8Array> {
    return (await this.#decode()).subarray(start, end);
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    yield* new MemoryPayload(await this.#decode()).chunks();
  }

  async #decode(): Promise<Uint8Array> {
    const raw = new Uint8Array(this.byteLength);
    const bits = elementTypes[this.type].bits;
    // Types of less than a byte: one number holds a whole byte of them.
    const bytesEach = Math.max(1, bits / 8);
    let at = 0;
    let low = 0;
    let high = 0;
    let shift = 0;
    let rest = 0;
    const view = new DataView(raw.buffer);
    for await (const chunk of this.packed.chunks()) {
      for (let i = 0; i < chunk.byteLength; i++) {
        const byte = chunk[i] as number;
        // 64 bits in two halves: bigint is many times slower.
        if (shift < 28) low |= (byte & 0x7f) << shift;
        else if (shift === 28) {
          low |= (byte & 0x0f) << 28;
          high = (byte & 0x7f) >> 4;
        } else if (shift < 64) high |= (byte & 0x7f) << (shift - 32);
        shift += 7;
        rest = byte & 0x80;
        if (rest) continue;
        if (at + bytesEach > raw.byteLength) throw wrongCount(this.type);
        if (bytesEach === 8) {
          view.setInt32(at, low, true);
          view.setInt32(at + 4, high, true);
        } else if (bytesEach === 4) view.setInt32(at, low, true);
        else if (bytesEach === 2) view.setInt16(at, low, true);
        else raw[at] = low;
        at += bytesEach;
        low = high = shift = 0;
      }
    }
    if (rest || at !== raw.byteLength) throw wrongCount(this.type);
    return raw;
  }
}

function wrongCount(type: ElementType) {
  return invalid('tensor-size', `a ${type} tensor does not have as many numbers as its shape says`);
}
