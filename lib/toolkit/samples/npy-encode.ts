import { endianness } from 'node:os';
import { checkedTensor } from '../../engine/checked-tensor.js';
import { dataTypes, nativeArray } from '../../tensor/data-types.js';
import { Tensor } from '../../tensor/tensor.js';
import { type Place, sampleError } from './failure.js';
import { writeHeader } from './npy-header.js';
import { encodeText, longestText } from './npy-text.js';
import { descrOf } from './npy-types.js';
import { PIECE_BYTES } from './random-bytes.js';

/** What an array becomes in a `.npy` file. */
export interface EncodedArray {
  readonly bytes: number;
  /** The bytes, in pieces of up to 1 MiB that are nobody else's. */
  pieces(): AsyncIterable<Buffer> | Iterable<Buffer>;
}

const HOST_IS_BIG_ENDIAN = endianness() === 'BE';

/** The tensor of an option, checked. Strings are copied: the caller may change them while the file is written. */
export function takeTensor(name: string, tensor: unknown): Tensor {
  const checked = checkedTensor(name, tensor);
  return checked.type === 'string' ? new Tensor('string', [...(checked.data as string[])], checked.dims) : checked;
}

/** `place` is what errors call the array. */
export async function encodeArray(place: Place, { type, data, dims }: Tensor): Promise<EncodedArray> {
  if (type === 'string') return encodeStrings(place, data as string[], dims);
  const header = writeHeader(descrOf(type, 0), dims);
  const array = nativeArray(type, data) as Exclude<ReturnType<typeof nativeArray>, string[] | undefined>;
  const itemBytes = dataTypes[type].bytesPerElement;
  // As it was checked: the array itself may be empty by now.
  const byteLength = dims.reduce((product, dim) => product * dim, itemBytes);
  return {
    bytes: header.length + byteLength,
    *pieces() {
      if (array.byteLength !== byteLength) throw changed(place);
      yield header;
      for (let at = 0; at < byteLength; at += PIECE_BYTES) {
        // What is written in the background is a copy: the caller may transfer or resize the array meanwhile.
        if (array.byteLength !== byteLength) throw changed(place);
        const piece = Buffer.from(
          new Uint8Array(array.buffer, array.byteOffset + at, Math.min(PIECE_BYTES, byteLength - at)),
        );
        yield HOST_IS_BIG_ENDIAN ? swapped(piece, itemBytes) : piece;
      }
    },
  };
}

async function encodeStrings(place: Place, strings: string[], dims: readonly number[]): Promise<EncodedArray> {
  const characters = await longestText(place, strings);
  const header = writeHeader(descrOf('string', characters), dims);
  const perPiece = Math.max(1, Math.floor(PIECE_BYTES / 16 / characters));
  return {
    bytes: header.length + strings.length * characters * 4,
    *pieces() {
      yield header;
      for (let i = 0; i < strings.length; i += perPiece) {
        yield encodeText(strings, i, Math.min(i + perPiece, strings.length), characters);
      }
    },
  };
}

function swapped(piece: Buffer, itemBytes: number): Buffer {
  if (itemBytes === 2) return piece.swap16();
  if (itemBytes === 4) return piece.swap32();
  return itemBytes === 8 ? piece.swap64() : piece;
}

function changed(place: Place): Error {
  return sampleError(
    place,
    'changed',
    'its buffer was transferred or resized while it was written; leave it alone until the promise settles',
  );
}
