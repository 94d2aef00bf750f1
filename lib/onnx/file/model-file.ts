import { type BigIntStats, close, constants, fstat, open, read } from 'node:fs';
import { promisify } from 'node:util';
import { NodeTensorRTError } from '../../errors.js';
import type { Payload } from '../graph/payload.js';
import { invalid } from './invalid.js';
import { type ByteSource, type FileReader, SpanPayload } from './source.js';

const openFile = promisify(open);
const statFile = promisify(fstat) as (fd: number, options: { bigint: true }) => Promise<BigIntStats>;

/** Closes files whose last payload was collected. */
const abandoned = new FinalizationRegistry<number>((fd) => close(fd, () => {}));

/**
 * A file that models read their weights from. It stays open as long as anything refers to it, so that a model keeps its
 * weights when the file is replaced by another. One that is changed in place is noticed: MODEL_INVALID with reason
 * 'file-changed'.
 */
export class ModelFile implements ByteSource, FileReader {
  readonly byteLength: number;

  private constructor(
    readonly name: string,
    private readonly fd: number,
    private readonly opened: BigIntStats,
  ) {
    this.byteLength = Number(opened.size);
    abandoned.register(this, fd);
  }

  /**
   * Opens a regular file. `check` may refuse it by what the system says of the open file. Throws MODEL_INVALID with
   * reason 'not-found', 'unreadable' or 'not-a-file'.
   */
  static async open(path: string, options: { follow?: boolean; check?: (stats: BigIntStats) => void } = {}) {
    // Not to wait for the writer of a pipe; without effect on files.
    const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
    const noFollow = options.follow === false ? (constants.O_NOFOLLOW ?? 0) : 0;
    let fd: number;
    try {
      fd = await openFile(path, flags | noFollow);
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      const why = code === 'ENOENT' ? 'there is no such file' : code;
      throw invalid(code === 'ENOENT' ? 'not-found' : 'unreadable', `${path} cannot be opened (${why})`, {
        path,
        system: code,
      });
    }
    try {
      const stats = await statFile(fd, { bigint: true });
      if (!stats.isFile()) throw invalid('not-a-file', `${path} is not a regular file`, { path });
      options.check?.(stats);
      return new ModelFile(path, fd, stats);
    } catch (error) {
      close(fd, () => {});
      throw error;
    }
  }

  async read(start: number, end: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(end - start);
    await this.readInto(bytes, start);
    return bytes;
  }

  payload(start: number, end: number): Payload {
    return new SpanPayload(this, start, end - start);
  }

  async readInto(target: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < target.byteLength) {
      const count = await this.#readSome(target, done, position + done);
      if (count === 0) break;
      done += count;
    }
    if (done < target.byteLength || !(await this.#isAsOpened())) {
      throw invalid('file-changed', `${this.name} changed while its model was in use; read the model again`, {
        path: this.name,
      });
    }
  }

  async #isAsOpened(): Promise<boolean> {
    const { size, mtimeNs } = await statFile(this.fd, { bigint: true });
    return size === this.opened.size && mtimeNs === this.opened.mtimeNs;
  }

  #readSome(target: Uint8Array, at: number, position: number): Promise<number> {
    return new Promise((resolve, reject) => {
      read(this.fd, target, at, target.byteLength - at, position, (error, count) => {
        if (!error) return resolve(count);
        const text = `${this.name} cannot be read (${error.code ?? error.message})`;
        reject(new NodeTensorRTError('MODEL_INVALID', text, { reason: 'unreadable', path: this.name }));
      });
    });
  }
}
