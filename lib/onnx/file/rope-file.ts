import { type FileHandle, open } from 'node:fs/promises';
import { CHUNK_BYTES, type Payload } from '../graph/payload.js';
import type { Rope } from './rope.js';

/** Smaller pieces are gathered before they are written. */
const GATHER_BYTES = CHUNK_BYTES / 4;

/** A new file that is written from front to end. */
export class RopeFile {
  readonly #buffer = new Uint8Array(GATHER_BYTES);
  #gathered = 0;
  #written = 0;

  private constructor(private readonly file: FileHandle) {}

  /** Throws where the file exists. */
  static async create(path: string): Promise<RopeFile> {
    return new RopeFile(await open(path, 'wx', 0o666));
  }

  async writeRope({ parts }: Rope): Promise<void> {
    for (const part of parts) await (part instanceof Uint8Array ? this.writeBytes(part) : this.write(part));
  }

  async write(payload: Payload): Promise<void> {
    for await (const chunk of payload.chunks()) await this.writeBytes(chunk);
  }

  /** Zeros up to this position. */
  async padTo(position: number): Promise<void> {
    const missing = position - this.#written - this.#gathered;
    if (missing > 0) await this.writeBytes(new Uint8Array(missing));
  }

  async writeBytes(bytes: Uint8Array): Promise<void> {
    const isLarge = bytes.byteLength > GATHER_BYTES / 2;
    if (isLarge || bytes.byteLength + this.#gathered > GATHER_BYTES) await this.#flush();
    if (isLarge) {
      await this.#writeAll(bytes);
    } else {
      this.#buffer.set(bytes, this.#gathered);
      this.#gathered += bytes.byteLength;
    }
  }

  /** Writes what is left, and waits until the disk has it. */
  async finish(): Promise<void> {
    await this.#flush();
    await this.file.datasync();
  }

  async close(): Promise<void> {
    await this.file.close();
  }

  async #flush(): Promise<void> {
    const count = this.#gathered;
    this.#gathered = 0;
    if (count > 0) await this.#writeAll(this.#buffer.subarray(0, count));
  }

  async #writeAll(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.byteLength; ) {
      const { bytesWritten } = await this.file.write(bytes, at, bytes.byteLength - at);
      at += bytesWritten;
      this.#written += bytesWritten;
    }
  }
}
