import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';
import { sampleError } from './failure.js';
import type { NewFile } from './new-file.js';
import { PIECE_BYTES } from './random-bytes.js';
import * as zip from './zip-fields.js';

/** Version of the specification that a reader must know: the one that brought zip64. */
const VERSION = 45;
/** 1 January 1980, the first day there is: the same arrays make the same archive, at any time. */
const DATE = 0x0021;
/** Room for both sizes in a header that is written before they are known. */
const LOCAL_EXTRA_BYTES = 20;

interface Written {
  readonly name: Buffer;
  readonly flags: number;
  readonly method: number;
  readonly offset: number;
  crc: number;
  bytes: number;
  compressedBytes: number;
}

/**
 * Writes an archive as NumPy does: each header with 64-bit sizes, corrected when the data is behind it; the directory with
 * such fields only where numbers are too large for 32 bits.
 */
export class ZipWriter {
  readonly #entries: Written[] = [];

  /** `max` is the largest number that an ordinary field of the directory holds; tests set smaller ones. */
  constructor(
    private readonly target: NewFile,
    private readonly compress: boolean,
    private readonly max: { readonly field: number; readonly entries: number } = {
      field: zip.MAX_32 - 1,
      entries: zip.MAX_16 - 1,
    },
  ) {}

  async add(name: string, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<void> {
    const rawName = Buffer.from(name, 'utf8');
    if (rawName.length > zip.MAX_16) {
      throw sampleError(
        this.target.file,
        'name',
        `expected a name of at most ${zip.MAX_16} bytes, received ${rawName.length}`,
      );
    }
    const entry: Written = {
      name: rawName,
      flags: rawName.length === name.length ? 0 : zip.UTF8_FLAG,
      method: this.compress ? zip.DEFLATED : zip.STORED,
      offset: this.target.size,
      crc: 0,
      bytes: 0,
      compressedBytes: 0,
    };
    await this.target.append(localHeader(entry));
    const start = this.target.size;
    const counted = count(entry, pieces);
    for await (const piece of this.compress ? deflate(counted) : counted) await this.target.append(piece);
    entry.compressedBytes = this.target.size - start;
    await this.target.overwrite(localHeader(entry), entry.offset);
    this.#entries.push(entry);
  }

  /** Writes the directory. Nothing is added after it. */
  async finish(): Promise<void> {
    const offset = this.target.size;
    for (const entry of this.#entries) await this.target.append(centralHeader(entry, this.max.field));
    const bytes = this.target.size - offset;
    const entries = this.#entries.length;
    const isLarge = entries > this.max.entries || offset > this.max.field || bytes > this.max.field;
    if (isLarge) await this.target.append(end64(entries, bytes, offset));
    await this.target.append(end(entries, bytes, offset, isLarge));
  }
}

async function* count(entry: Written, pieces: AsyncIterable<Buffer> | Iterable<Buffer>): AsyncGenerator<Buffer, void> {
  for await (const piece of pieces) {
    entry.crc = crc32(piece, entry.crc);
    entry.bytes += piece.length;
    yield piece;
  }
}

async function* deflate(pieces: AsyncIterable<Buffer>): AsyncGenerator<Buffer, void> {
  const packed = createDeflateRaw({ chunkSize: PIECE_BYTES / 4 });
  pipeline(Readable.from(pieces, { objectMode: false }), packed, () => undefined);
  yield* packed as AsyncIterable<Buffer>;
}

function localHeader(entry: Written): Buffer {
  const header = Buffer.alloc(zip.LOCAL_HEADER_BYTES + entry.name.length + LOCAL_EXTRA_BYTES);
  header.writeUInt32LE(zip.LOCAL_HEADER, 0);
  header.writeUInt16LE(VERSION, 4);
  header.writeUInt16LE(entry.flags, 6);
  header.writeUInt16LE(entry.method, 8);
  header.writeUInt16LE(DATE, 12);
  header.writeUInt32LE(entry.crc, 14);
  header.writeUInt32LE(zip.MAX_32, 18);
  header.writeUInt32LE(zip.MAX_32, 22);
  header.writeUInt16LE(entry.name.length, 26);
  header.writeUInt16LE(LOCAL_EXTRA_BYTES, 28);
  entry.name.copy(header, zip.LOCAL_HEADER_BYTES);
  extra64([entry.bytes, entry.compressedBytes]).copy(header, zip.LOCAL_HEADER_BYTES + entry.name.length);
  return header;
}

function centralHeader(entry: Written, max: number): Buffer {
  const numbers = [entry.bytes, entry.compressedBytes, entry.offset];
  const field = (number: number) => (number > max ? zip.MAX_32 : number);
  const extra = extra64(numbers.filter((number) => number > max));
  const header = Buffer.alloc(zip.CENTRAL_HEADER_BYTES);
  header.writeUInt32LE(zip.CENTRAL_HEADER, 0);
  // The second byte says who made it, and so what the attributes mean: 3 is Unix, as NumPy there.
  header.writeUInt16LE(0x0300 | VERSION, 4);
  header.writeUInt16LE(VERSION, 6);
  header.writeUInt16LE(entry.flags, 8);
  header.writeUInt16LE(entry.method, 10);
  header.writeUInt16LE(DATE, 14);
  header.writeUInt32LE(entry.crc, 16);
  header.writeUInt32LE(field(entry.compressedBytes), 20);
  header.writeUInt32LE(field(entry.bytes), 24);
  header.writeUInt16LE(entry.name.length, 28);
  header.writeUInt16LE(extra.length, 30);
  // Readable for everybody, writable for its owner.
  header.writeUInt32LE((0o100644 << 16) >>> 0, 38);
  header.writeUInt32LE(field(entry.offset), 42);
  return Buffer.concat([header, entry.name, extra]);
}

/** A zip64 field with these numbers; nothing without any. */
function extra64(numbers: readonly number[]): Buffer {
  if (numbers.length === 0) return Buffer.alloc(0);
  const extra = Buffer.alloc(4 + numbers.length * 8);
  extra.writeUInt16LE(zip.ZIP64_EXTRA, 0);
  extra.writeUInt16LE(numbers.length * 8, 2);
  for (const [i, number] of numbers.entries()) extra.writeBigUInt64LE(BigInt(number), 4 + i * 8);
  return extra;
}

function end64(entries: number, bytes: number, offset: number): Buffer {
  const record = Buffer.alloc(zip.END_64_BYTES + zip.END_64_LOCATOR_BYTES);
  record.writeUInt32LE(zip.END_64, 0);
  record.writeBigUInt64LE(BigInt(zip.END_64_BYTES - 12), 4);
  record.writeUInt16LE(0x0300 | VERSION, 12);
  record.writeUInt16LE(VERSION, 14);
  record.writeBigUInt64LE(BigInt(entries), 24);
  record.writeBigUInt64LE(BigInt(entries), 32);
  record.writeBigUInt64LE(BigInt(bytes), 40);
  record.writeBigUInt64LE(BigInt(offset), 48);
  record.writeUInt32LE(zip.END_64_LOCATOR, zip.END_64_BYTES);
  record.writeBigUInt64LE(BigInt(offset + bytes), zip.END_64_BYTES + 8);
  record.writeUInt32LE(1, zip.END_64_BYTES + 16);
  return record;
}

function end(entries: number, bytes: number, offset: number, isLarge: boolean): Buffer {
  const record = Buffer.alloc(zip.END_BYTES);
  record.writeUInt32LE(zip.END, 0);
  record.writeUInt16LE(isLarge ? zip.MAX_16 : entries, 8);
  record.writeUInt16LE(isLarge ? zip.MAX_16 : entries, 10);
  record.writeUInt32LE(isLarge ? zip.MAX_32 : bytes, 12);
  record.writeUInt32LE(isLarge ? zip.MAX_32 : offset, 16);
  return record;
}
