import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { isDead, type LockOwner, newOwner, parseOwner } from './lock-owner.js';

const HEARTBEAT_MS = 2000;
/** An owner that gave no sign of life for so long has lost its lock, whatever it is. */
export const SILENT_MS = 60_000;

/**
 * A lock between processes: a file that only one can make, with its owner in it, whose time of change is renewed as long as
 * the owner lives. Node has no locks of the system, which would go by themselves; so one that is left behind has to be
 * recognised. Note on removal: only who has made the file of its claim removes a lock, and only the lock of that token;
 * so of several that find one left behind, none can remove the lock that another has taken since.
 */
export class LockFile {
  readonly #timer: NodeJS.Timeout;

  private constructor(
    readonly path: string,
    readonly owner: LockOwner,
    private readonly file: FileHandle,
  ) {
    this.#timer = setInterval(() => this.#renew(), HEARTBEAT_MS).unref();
  }

  /** undefined: somebody has it. Throws what the system says. */
  static async take(path: string): Promise<LockFile | undefined> {
    const owner = await newOwner();
    let file: FileHandle;
    try {
      file = await open(path, 'wx', 0o666);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return undefined;
      throw error;
    }
    try {
      await file.writeFile(JSON.stringify(owner));
      return new LockFile(path, owner, file);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.file.close();
    await removeLock(this.path, this.owner.token);
  }

  #renew(): void {
    const now = new Date();
    this.file.utimes(now, now).catch(() => undefined);
  }
}

/** A lock that somebody has. */
export interface LockState {
  /** Of the lock; of one that is not complete, of its file. */
  token: string;
  owner: LockOwner | undefined;
  /** Changes as long as its owner lives. */
  renewedMs: number;
}

/** undefined: nobody has it. */
export async function readLock(path: string): Promise<LockState | undefined> {
  try {
    const { mtimeMs, ino } = await stat(path);
    const owner = parseOwner(await readFile(path, 'utf8'));
    return { token: owner?.token ?? `file-${ino}`, owner, renewedMs: mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether a lock that has shown no sign of life for so long was left behind. */
export async function isLeft({ owner }: LockState, silentMs: number, limitMs = SILENT_MS): Promise<boolean> {
  return silentMs >= limitMs || (owner !== undefined && (await isDead(owner, silentMs)));
}

/** Removes the lock of this token, if it is still there. Returns false where somebody else is doing that. */
export async function removeLock(path: string, token: string): Promise<boolean> {
  const claim = `${path}.${token}`;
  try {
    await (await open(claim, 'wx')).close();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    await removeOldClaim(claim);
    return false;
  }
  try {
    const found = await readLock(path);
    if (found?.token === token) await rm(path, { force: true });
    return true;
  } finally {
    await rm(claim, { force: true });
  }
}

/** Of a process that died in the moment between making and removing it. */
async function removeOldClaim(claim: string): Promise<void> {
  const stats = await stat(claim).catch(() => undefined);
  if (stats && Date.now() - stats.mtimeMs > SILENT_MS) await rm(claim, { force: true });
}
