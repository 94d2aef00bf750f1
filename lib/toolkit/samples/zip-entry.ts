import { pipeline, Readable } from 'node:stream';
import { crc32, createInflateRaw } from 'node:zlib';
import { type Place, sampleError } from './failure.js';
import type { NpyStream } from './npy-decode.js';
import { PIECE_BYTES, type RandomBytes } from './random-bytes.js';
import { malformed, type ZipEntry } from './zip-directory.js';
import * as zip from './zip-fields.js';

/** Unpacked at once. Checks and copies of so much are short. */
const CHUNK_BYTES = 2 ** 18;

/** The bytes of one entry, unpacked while they are asked for. */
export class EntryStream implements NpyStream {
  readonly size: number;
  #rest: Uint8Array = new Uint8Array(0);
  #received = 0;
  #crc = 0;

  private constructor(
    readonly place: Place,
    private readonly entry: ZipEntry,
    private readonly chunks: AsyncIterator<Uint8Array>,
  ) {
    this.size = entry.bytes;
  }

  /** `place` is what errors call the entry. */
  static async open(place: Place, archive: RandomBytes, entry: ZipEntry): Promise<EntryStream> {
    const start = await dataStart(place, archive, entry);
    const raw = readPieces(archive, start, start + entry.compressedBytes);
    return new EntryStream(
      place,
      entry,
      entry.method === zip.STORED ? raw : inflate(place, raw, entry.compressedBytes),
    );
  }

  async fill(target: Uint8Array): Promise<void> {
    let done = 0;
    while (done < target.length) {
      if (this.#rest.length === 0 && !(await this.#next())) {
        const { size } = this;
        const text = `expected ${size} bytes as declared, its data ends after ${this.#received}`;
        throw sampleError(this.place, 'truncated', text, { expected: size, received: this.#received });
      }
      const part = this.#rest.subarray(0, target.length - done);
      target.set(part, done);
      done += part.length;
      this.#rest = this.#rest.subarray(part.length);
    }
  }

  /** Checks that nothing is left and that the checksum is right. To be called when all is read. */
  async finish(): Promise<void> {
    if (this.#rest.length > 0 || (await this.#next())) throw this.#tooLong();
    if (this.#crc !== this.entry.crc) {
      throw sampleError(this.place, 'checksum', 'its checksum is wrong: the file is damaged; copy or save it again');
    }
  }

  async close(): Promise<void> {
    await this.chunks.return?.();
  }

  /** Takes the next chunk; false at the end. */
  async #next(): Promise<boolean> {
    const { done, value } = await this.chunks.next();
    if (done) return false;
    this.#received += value.length;
    if (this.#received > this.size) throw this.#tooLong();
    this.#crc = crc32(value, this.#crc);
    this.#rest = value;
    return true;
  }

  #tooLong(): Error {
    const text = `expected ${this.size} bytes as declared, its data becomes more`;
    return sampleError(this.place, 'trailing-data', text, { expected: this.size });
  }
}

/** Where the data of an entry begins, after its own header, which must agree with the directory. */
async function dataStart(place: Place, archive: RandomBytes, entry: ZipEntry): Promise<number> {
  const header = Buffer.alloc(zip.LOCAL_HEADER_BYTES + entry.rawName.length);
  if (entry.offset + header.length > entry.limit) throw malformed(place, 'its header lies within other data');
  await archive.read(header, entry.offset);
  const agrees =
    header.readUInt32LE() === zip.LOCAL_HEADER &&
    (header.readUInt16LE(6) & zip.ENCRYPTED_FLAGS) === 0 &&
    header.readUInt16LE(8) === entry.method &&
    header.readUInt16LE(26) === entry.rawName.length &&
    header.subarray(zip.LOCAL_HEADER_BYTES).equals(entry.rawName);
  if (!agrees) throw malformed(place, 'its header and the directory contradict each other');
  const start = entry.offset + header.length + header.readUInt16LE(28);
  if (start + entry.compressedBytes > entry.limit) throw malformed(place, 'its data runs into other data');
  return start;
}

async function* readPieces(archive: RandomBytes, start: number, end: number): AsyncGenerator<Uint8Array, void> {
  for (let at = start; at < end; ) {
    const piece = new Uint8Array(Math.min(CHUNK_BYTES, PIECE_BYTES, end - at));
    await archive.read(piece, at);
    at += piece.length;
    yield piece;
  }
}

async function* inflate(
  place: Place,
  raw: AsyncGenerator<Uint8Array, void>,
  compressedBytes: number,
): AsyncGenerator<Uint8Array, void> {
  const unpacked = createInflateRaw({ chunkSize: CHUNK_BYTES });
  // Errors of the source reach the iterator of `unpacked`, and ending that ends the source.
  pipeline(Readable.from(raw, { objectMode: false }), unpacked, () => undefined);
  try {
    yield* unpacked as AsyncIterable<Uint8Array>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'Z_BUF_ERROR') throw sampleError(place, 'truncated', 'its compressed data is cut short', {}, error);
    if (code?.startsWith('Z_')) throw sampleError(place, 'malformed', 'its compressed data is damaged', {}, error);
    throw error;
  }
  if (unpacked.bytesWritten !== compressedBytes) {
    throw sampleError(place, 'trailing-data', 'something follows its compressed data');
  }
}
