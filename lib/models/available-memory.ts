import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';

/** One thing that bounds what this process can still take. */
export interface MemoryBound {
  /** 'system', 'cgroup', 'pool' (its limit) or 'engine' (`memoryLimitBytes`). */
  name: string;
  bytes: number;
}

type ReadFile = (path: string) => string;
const readText: ReadFile = (path) => readFileSync(path, 'utf8');

/** The bounds that are known here; the smallest is what can be had. Reads a few lines of /proc and /sys. */
export function memoryBounds(readFile: ReadFile = readText): MemoryBound[] {
  const cgroup = cgroupRoom(readFile);
  return [
    { name: 'system', bytes: systemRoom(readFile) },
    ...(cgroup === undefined ? [] : [{ name: 'cgroup', bytes: cgroup }]),
  ];
}

/** MemAvailable counts what the system can give up without swapping; elsewhere than on Linux, what is free. */
function systemRoom(readFile: ReadFile): number {
  const kib = /^MemAvailable:\s+(\d+) kB$/m.exec(tryRead(readFile, '/proc/meminfo') ?? '')?.[1];
  return kib === undefined ? freemem() : Number(kib) * 1024;
}

/** What the control groups of this process leave: the limit less the usage, without file pages that can be dropped. */
function cgroupRoom(readFile: ReadFile): number | undefined {
  const lines = tryRead(readFile, '/proc/self/cgroup')?.split('\n') ?? [];
  const unified = lines.find((line) => line.startsWith('0::'))?.slice(3);
  const legacy = lines
    .find((line) => line.split(':')[1]?.split(',').includes('memory'))
    ?.split(':')
    .slice(2)
    .join(':');
  const rooms = [
    ...parents(unified).map((path) => room(readFile, `/sys/fs/cgroup${path}`, 'memory.max', 'memory.current', 'inactive_file')),
    ...parents(legacy).map((path) => room(readFile, `/sys/fs/cgroup/memory${path}`, 'memory.limit_in_bytes', 'memory.usage_in_bytes', 'total_inactive_file')),
  ]; // biome-ignore format: one line per version of control groups
  const known = rooms.filter((bytes) => bytes !== undefined);
  return known.length === 0 ? undefined : Math.max(0, Math.min(...known));
}

/** '/a/b' as '/a/b', '/a' and ''. In a container the path may be that of the host, and only the root is there. */
function parents(path: string | undefined): string[] {
  if (path === undefined) return [];
  const parts = path.split('/').filter((part) => part !== '' && part !== '..');
  return parts.map((_, i) => `/${parts.slice(0, parts.length - i).join('/')}`).concat('');
}

function room(readFile: ReadFile, folder: string, limit: string, usage: string, droppable: string): number | undefined {
  const read = (file: string) => tryRead(readFile, `${folder}/${file}`)?.trim();
  const most = Number(read(limit) || 'none');
  const used = Number(read(usage) || 'none');
  // Without a limit version 1 says 2^63 less a page, version 2 'max'.
  if (!(most < 2 ** 60) || Number.isNaN(used)) return undefined;
  const cached = new RegExp(`^${droppable} (\\d+)$`, 'm').exec(read('memory.stat') ?? '')?.[1];
  return most - used + Number(cached ?? 0);
}

function tryRead(readFile: ReadFile, path: string): string | undefined {
  try {
    return readFile(path);
  } catch {
    return undefined; // not Linux, or no such control group
  }
}
