import type { Payload } from '../graph/payload.js';
import { CHUNK_BYTES, MemoryPayload } from '../graph/payload.js';
import { giveBuffer, takeBuffer } from './chunk-buffers.js';

/** Bytes that are read at positions: a file, or memory. */
export interface ByteSource {
  readonly byteLength: number;
  /** How messages name it. */
  readonly name: string;
  /** Exactly these bytes. They may be shared: not to be written to. */
  read(start: number, end: number): Promise<Uint8Array>;
  /** A part of it as a payload. */
  payload(start: number, end: number): Payload;
}

export class MemorySource implements ByteSource {
  readonly bytes: Uint8Array;

  constructor(
    readonly name: string,
    bytes: Uint8Array,
  ) {
    // Not as a Buffer: its slice() makes no copy, which what reads relies on.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get byteLength(): number {
    return this.bytes.byteLength;
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    return this.bytes.subarray(start, end);
  }

  payload(start: number, end: number): Payload {
    return new MemoryPayload(this.bytes.subarray(start, end));
  }
}

/** What `SpanPayload` needs of a file. */
export interface FileReader {
  /** Fills `target` from `position` on. */
  readInto(target: Uint8Array, position: number): Promise<void>;
}

/** A part of a file. Reads when asked. */
export class SpanPayload implements Payload {
  readonly bytes = undefined;

  constructor(
    readonly file: FileReader,
    readonly start: number,
    readonly byteLength: number,
  ) {}

  async read(start = 0, end = this.byteLength): Promise<Uint8Array> {
    const bytes = new Uint8Array(Math.max(0, end - start));
    await this.file.readInto(bytes, this.start + start);
    return bytes;
  }

  /** The next piece is read while the caller works on one. */
  async *chunks(): AsyncIterable<Uint8Array> {
    const buffers = [takeBuffer(Math.min(CHUNK_BYTES, this.byteLength))];
    if (this.byteLength > CHUNK_BYTES) buffers.push(takeBuffer(CHUNK_BYTES));
    const readAt = (at: number) => {
      const buffer = buffers[(at / CHUNK_BYTES) % buffers.length] as Uint8Array;
      const chunk = buffer.subarray(0, Math.min(CHUNK_BYTES, this.byteLength - at));
      const reading = this.file.readInto(chunk, this.start + at).then(() => chunk);
      reading.catch(() => {}); // whoever awaits it gets the error, if anybody does
      return reading;
    };
    let ahead: Promise<Uint8Array> | undefined;
    try {
      for (let at = 0; at < this.byteLength; at += CHUNK_BYTES) {
        const chunk = await (ahead ?? readAt(at));
        ahead = at + CHUNK_BYTES < this.byteLength ? readAt(at + CHUNK_BYTES) : undefined;
        yield chunk;
      }
    } finally {
      // A buffer that is still being filled must not go to somebody else.
      await ahead?.catch(() => {});
      for (const buffer of buffers) giveBuffer(buffer);
    }
  }
}
