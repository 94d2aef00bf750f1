import { randomBytes } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';

/** Who holds a lock. */
export interface LockOwner {
  /** Of this lock alone. */
  token: string;
  /** The machine, as far as process numbers mean the same. */
  host: string;
  pid: number;
  /** When the process started, in the system's own unit; '' where that is not told. */
  started: string;
}

/** How long an owner that seems dead must have been silent where the system cannot say for sure. */
const SILENT_DEAD_MS = 15_000;

/** This process, with a new token. */
export async function newOwner(): Promise<LockOwner> {
  const { started } = (await processState(process.pid)) ?? { started: '' };
  return { token: randomBytes(8).toString('hex'), host: await thisHost(), pid: process.pid, started };
}

/** undefined: what is in the lock is not complete, as in one that is being made. */
export function parseOwner(text: string): LockOwner | undefined {
  try {
    const owner = JSON.parse(text) as Partial<LockOwner> | null;
    const { token, host, pid, started } = owner ?? {};
    const isToken = typeof token === 'string' && /^[0-9a-f]{16}$/.test(token);
    if (!isToken || typeof host !== 'string' || typeof pid !== 'number' || typeof started !== 'string')
      return undefined;
    return { token, host, pid, started };
  } catch {
    return undefined;
  }
}

/** Whether an owner is known to be dead, having given no sign of life for some time. */
export async function isDead(owner: LockOwner, silentMs: number): Promise<boolean> {
  const host = await thisHost();
  if (owner.host !== host || (await isRunning(owner))) return false;
  return isSure(host) || silentMs >= SILENT_DEAD_MS;
}

async function isRunning({ pid, started }: LockOwner): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch (error) {
    // It may be another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  const state = await processState(pid);
  return state === undefined || (state.letter !== 'Z' && state.started === started);
}

/** Of /proc, where there is one: the start of a process, and the letter of its state. */
async function processState(pid: number): Promise<{ letter: string; started: string } | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => undefined);
  // The name in brackets may have anything in it.
  const fields = text?.slice(text.lastIndexOf(')') + 2).split(' ');
  return fields && { letter: fields[0] ?? '', started: fields[19] ?? '' };
}

/** With the boot and the namespace of process numbers, without which a number says nothing for sure. */
async function thisHost(): Promise<string> {
  const boot = await readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => undefined);
  const namespace = await readlink('/proc/self/ns/pid').catch(() => undefined);
  return boot && namespace ? `${hostname()} ${boot.trim()} ${namespace}` : hostname();
}

function isSure(host: string): boolean {
  return host.includes(' pid:[');
}
