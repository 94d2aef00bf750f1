import { endianness } from 'node:os';
import { dataTypes } from '../../tensor/data-types.js';
import { resultTensor, type Tensor } from '../../tensor/tensor.js';
import type { DataOf, TensorType } from '../../tensor/types.js';
import { allocateBytes, type Place, sampleError } from './failure.js';
import type { ByteBudget } from './limits.js';
import { type NpyHeader, readHeader } from './npy-header.js';
import { decodeText, textBytes } from './npy-text.js';
import { inTurns } from './turns.js';

/** The bytes of one `.npy` file, from the first to the last. */
export interface NpyStream {
  /** What errors call it. */
  readonly place: Place;
  /** All of its bytes, as declared. */
  readonly size: number;
  /** Fills `target` with the next bytes, or throws. */
  fill(target: Uint8Array): Promise<void>;
}

type Numbers = Exclude<DataOf<TensorType>, string[]> & { fill(value: unknown): unknown };

const HOST_IS_BIG_ENDIAN = endianness() === 'BE';

/** Reads an array. Sizes are compared, and `budget` is asked, before memory is taken. */
export async function readArray(stream: NpyStream, budget: ByteBudget): Promise<Tensor> {
  const { place, size } = stream;
  const { header, headerBytes } = await readHeader(place, size, (target) => stream.fill(target));
  checkSize(place, header, size - headerBytes);
  const raw = header.count * header.itemBytes;
  budget.take(place, header.text === undefined ? raw : textBytes(place, header));
  const buffer = allocateBytes(place, raw);
  await stream.fill(new Uint8Array(buffer));
  const rowMajor = header.isFortran ? await toRowMajor(place, header, buffer) : buffer;
  if (header.text !== undefined) {
    return resultTensor('string', await decodeText(place, header, Buffer.from(rowMajor)), header.dims);
  }
  if (header.isBigEndian !== HOST_IS_BIG_ENDIAN) await swapBytes(rowMajor, header.itemBytes);
  if (header.type === 'bool') await normaliseBooleans(new Uint8Array(rowMajor));
  return resultTensor(header.type, dataTypes[header.type].over(rowMajor), header.dims);
}

function checkSize(place: Place, { count, itemBytes, dims }: NpyHeader, bytes: number): void {
  const expected = count * itemBytes;
  if (bytes === expected) return;
  const [reason, what] =
    bytes < expected
      ? (['truncated', 'the file is cut short'] as const)
      : (['trailing-data', 'save one array per file'] as const);
  throw sampleError(
    place,
    reason,
    `expected ${expected} bytes for shape [${dims.join(', ')}] of ${itemBytes} bytes each, received ${bytes}; ${what}`,
    { expected, received: bytes },
  );
}

/** Byte order is turned in place. */
async function swapBytes(buffer: ArrayBuffer, itemBytes: number): Promise<void> {
  if (itemBytes === 1) return;
  await inTurns(buffer.byteLength / itemBytes, (from, to) => {
    const part = Buffer.from(buffer, from * itemBytes, (to - from) * itemBytes);
    if (itemBytes === 2) part.swap16();
    else if (itemBytes === 4) part.swap32();
    else part.swap64();
  });
}

/** Every other byte than 0 means true, as in NumPy. */
async function normaliseBooleans(bytes: Uint8Array): Promise<void> {
  await inTurns(bytes.length, (from, to) => {
    for (let i = from; i < to; i++) if ((bytes[i] as number) > 1) bytes[i] = 1;
  });
}

/** The same elements in row-major order, in new memory. */
async function toRowMajor(place: Place, header: NpyHeader, buffer: ArrayBuffer): Promise<ArrayBuffer> {
  const { dims, count, itemBytes } = header;
  // With one dimension that is not 1, both orders are the same.
  if (count === 0 || itemBytes === 0 || dims.filter((dim) => dim > 1).length < 2) return buffer;
  const target = allocateBytes(place, buffer.byteLength);
  const copy = elementCopier(buffer, target, itemBytes);
  // Distance in the source of neighbours in each dimension.
  const strides = dims.map((_, i) => dims.slice(0, i).reduce((product, dim) => product * dim, 1));
  const index = new Array<number>(dims.length).fill(0);
  let at = 0;
  await inTurns(count, (from, to) => {
    for (let i = from; i < to; i++) {
      copy(at, i);
      for (let d = dims.length - 1; d >= 0; d--) {
        const next = (index[d] as number) + 1;
        at += strides[d] as number;
        if (next < (dims[d] as number)) {
          index[d] = next;
          break;
        }
        at -= next * (strides[d] as number);
        index[d] = 0;
      }
    }
  });
  return target;
}

const wholeElements: Record<number, new (buffer: ArrayBuffer) => Numbers> = {
  1: Uint8Array,
  2: Uint16Array,
  4: Uint32Array,
  8: BigUint64Array,
};

function elementCopier(from: ArrayBuffer, to: ArrayBuffer, itemBytes: number): (source: number, i: number) => void {
  const ElementArray = wholeElements[itemBytes];
  if (ElementArray) {
    const [source, target] = [new ElementArray(from), new ElementArray(to)] as unknown as [number[], number[]];
    return (at, i) => {
      target[i] = source[at] as number;
    };
  }
  const [source, target] = [new Uint8Array(from), new Uint8Array(to)];
  return (at, i) => target.set(source.subarray(at * itemBytes, (at + 1) * itemBytes), i * itemBytes);
}
