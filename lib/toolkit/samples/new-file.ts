import { type FileHandle, open } from 'node:fs/promises';
import type { NodeTensorRTError } from '../../errors.js';
import { replaceFile } from '../../onnx/file/replace-file.js';
import { systemError } from './failure.js';

/** A file that is written from the first byte on, and may be corrected behind. */
export class NewFile {
  /** Bytes so far. */
  size = 0;

  constructor(
    readonly file: string,
    private readonly handle: FileHandle,
  ) {}

  async append(bytes: Uint8Array): Promise<void> {
    await this.overwrite(bytes, this.size);
    this.size += bytes.length;
  }

  async overwrite(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.length) {
      done += (await this.handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
    }
  }
}

/** Lets `write` fill a new file, which then takes the place of `file`. */
export async function writeNewFile(file: string, write: (target: NewFile) => Promise<void>): Promise<void> {
  try {
    await replaceFile(file, async (beside) => {
      const handle = await open(beside, 'wx');
      try {
        await write(new NewFile(file, handle));
      } finally {
        await handle.close();
      }
    });
  } catch (error) {
    const { details, cause } = error as Partial<NodeTensorRTError>;
    throw systemError(file, 'write', details?.['reason'] === 'unwritable' ? cause : error);
  }
}
