import { giveBuffer, takeBuffer } from '../file/chunk-buffers.js';
import type { ElementType } from '../graph/element-types.js';
import { CHUNK_BYTES, isExternal, type Payload } from '../graph/payload.js';
import { Tensor } from '../graph/tensor.js';
import { convertFloatsSync } from '../numeric/convert.js';
import { elementTypeFor, type LowPrecision } from './forms.js';

/** A float32 tensor in another precision. Large ones are converted piece by piece when they are read: nothing is copied. */
export function convertTensor(tensor: Tensor, to: LowPrecision): Tensor {
  const type = elementTypeFor(to);
  return new Tensor(type, tensor.dims, new ConvertedPayload(tensor.payload, type));
}

class ConvertedPayload implements Payload {
  readonly byteLength: number;
  readonly bytes: Uint8Array | undefined;
  readonly isFromOutside: boolean;

  constructor(
    private readonly source: Payload,
    private readonly type: Extract<ElementType, 'float16' | 'bfloat16'>,
  ) {
    this.byteLength = source.byteLength / 2;
    this.isFromOutside = isExternal(source);
    this.bytes = source.bytes && convertFloatsSync(source.bytes, 'float32', type);
  }

  async read(start = 0, end = this.byteLength): Promise<Uint8Array> {
    if (this.bytes) return this.bytes.subarray(start, end);
    const result = new Uint8Array(end - start);
    for (let at = start; at < end; at += CHUNK_BYTES / 2) {
      const to = Math.min(end, at + CHUNK_BYTES / 2);
      convertFloatsSync(await this.source.read(at * 2, to * 2), 'float32', this.type, result.subarray(at - start));
    }
    return result;
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    const buffer = takeBuffer(Math.min(CHUNK_BYTES / 2, this.byteLength));
    try {
      for await (const chunk of this.source.chunks()) yield convertFloatsSync(chunk, 'float32', this.type, buffer);
    } finally {
      giveBuffer(buffer);
    }
  }
}
