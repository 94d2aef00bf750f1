import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Files that a model is in. None of a model in memory. */
export class ModelFiles {
  readonly #files: ReadonlySet<string>;

  constructor(source: string | Uint8Array, external: readonly { location: string }[] = []) {
    const files = new Set<string>();
    if (typeof source === 'string') {
      files.add(source);
      for (const { location } of external) files.add(join(dirname(source), location));
    }
    this.#files = files;
  }

  /**
   * Which files they are, and which state of them: another text when one was changed or replaced, also by one that has the
   * same size and times of its own.
   */
  async identity(): Promise<string> {
    const states: string[] = [];
    for (const file of this.#files) states.push(await fileState(file));
    return states.join('\n');
  }

  /** Whether a path leads to one of them. */
  async has(path: string): Promise<boolean> {
    const wanted = await inode(path);
    if (wanted === undefined) return false;
    for (const file of this.#files) if ((await inode(file)) === wanted) return true;
    return false;
  }
}

async function fileState(file: string): Promise<string> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined);
  return stats ? [file, stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : file;
}

async function inode(file: string): Promise<string | undefined> {
  const stats = await stat(file, { bigint: true }).catch(() => undefined);
  return stats && `${stats.dev}:${stats.ino}`;
}
