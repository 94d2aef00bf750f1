import { readFileSync } from 'node:fs';
import { crc32 } from 'node:zlib';
import type { TensorLike, TensorType } from '../../../lib/tensor/types.js';
import type { Described } from '../../support/numpy.js';
import type { randomNumbers } from '../../support/random.js';

/** NumPy's names for the types of tensors, as it prints them. */
export const dtypes: Record<Exclude<TensorType, 'string'>, string> = {
  float32: '<f4',
  float16: '<f2',
  bfloat16: '|V2',
  float64: '<f8',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  bool: '|b1',
};

/** A tensor as NumPy describes arrays; the text of 'string' instead of its bytes. */
export function described({ type, data, dims }: TensorLike): Partial<Described> {
  if (type === 'string') return { shape: [...dims], text: data as string[] };
  const { buffer, byteOffset, byteLength } = data as Uint8Array;
  return {
    dtype: dtypes[type],
    shape: [...dims],
    hex: Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('hex'),
  };
}

/** What is compared of NumPy's description: neither the byte order of the file, nor how long text may be. */
export function comparable({ dtype, shape, hex, text }: Described): Partial<Described> {
  return text === undefined ? { dtype: dtype.replace('>', '<'), shape, hex } : { shape, text };
}

const arrays: Record<TensorType, (count: number) => TensorLike['data']> = {
  float32: (n) => new Float32Array(n),
  float16: (n) => new Uint16Array(n),
  bfloat16: (n) => new Uint16Array(n),
  float64: (n) => new Float64Array(n),
  int8: (n) => new Int8Array(n),
  uint8: (n) => new Uint8Array(n),
  int16: (n) => new Int16Array(n),
  uint16: (n) => new Uint16Array(n),
  int32: (n) => new Int32Array(n),
  uint32: (n) => new Uint32Array(n),
  int64: (n) => new BigInt64Array(n),
  uint64: (n) => new BigUint64Array(n),
  bool: (n) => new Uint8Array(n),
  string: (n) => new Array<string>(n).fill(''),
};

const letters = ['a', 'Z', ' ', 'é', '漢', '😀', '\n', '\u{10ffff}', "'", '\0x'];

/** A tensor of random bits, of up to three dimensions of up to five. */
export function randomTensor(random: ReturnType<typeof randomNumbers>, type: TensorType): TensorLike {
  const dims = Array.from({ length: random(4) }, () => random(6));
  const data = arrays[type](dims.reduce((product, dim) => product * dim, 1));
  if (type === 'string') {
    const text = data as string[];
    for (let i = 0; i < text.length; i++) {
      text[i] = Array.from({ length: random(8) }, () => letters[random(letters.length)]).join('');
    }
  } else {
    const { buffer, byteLength } = data as Uint8Array;
    const bytes = new Uint8Array(buffer, 0, byteLength);
    for (let i = 0; i < bytes.length; i++) bytes[i] = random(type === 'bool' ? 2 : 256);
  }
  return { type, data, dims };
}

/** A `.npy` file with any header and data. */
export function npyFile(header: string, data: Uint8Array = new Uint8Array(), version = 1): Buffer {
  const length = Buffer.alloc(version === 1 ? 2 : 4);
  if (version === 1) length.writeUInt16LE(header.length);
  else length.writeUInt32LE(header.length);
  return Buffer.concat([
    Buffer.from(`\x93NUMPY${String.fromCharCode(version)}\0`, 'latin1'),
    length,
    Buffer.from(header, 'latin1'),
    data,
  ]);
}

export interface Part {
  name: string;
  data: Uint8Array;
  /** Default: the data's. */
  bytes?: number;
  crc?: number;
  /** 0 (default) or 8; `data` is then what was deflated. */
  method?: number;
  flags?: number;
  /** The place that the directory says. Default: the right one. */
  offset?: number;
}

/** A zip archive, put together by hand so that it may lie. */
export function zipFile(parts: readonly Part[]): Buffer {
  const [files, directory]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const part of parts) {
    const name = Buffer.from(part.name);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(part.flags ?? 0, 2);
    common.writeUInt16LE(part.method ?? 0, 4);
    common.writeUInt32LE(part.crc ?? crc32(part.data), 10);
    common.writeUInt32LE(part.data.length, 14);
    common.writeUInt32LE(part.bytes ?? part.data.length, 18);
    common.writeUInt16LE(name.length, 22);
    const central = Buffer.alloc(14);
    central.writeUInt32LE(part.offset ?? offset, 10);
    const file = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, name, part.data]);
    files.push(file);
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), common, central, name]));
    offset += file.length;
  }
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(parts.length, 8);
  end.writeUInt16LE(parts.length, 10);
  end.writeUInt32LE(Buffer.concat(directory).length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...files, ...directory, end]);
}

export const readBytes = (file: string): Buffer => readFileSync(file);
