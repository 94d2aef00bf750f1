import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** Threads of an engine when the user names none: what the container may use, less the JavaScript thread, at most 4. */
export function defaultThreads(cpus: number = availableCpus()): number {
  return Math.max(1, Math.min(4, Math.ceil(cpus) - 1));
}

/** CPUs that this process may use: its affinity, and the CPU quota of its cgroup where there is one (Linux). */
export function availableCpus(readFile: (path: string) => string = (path) => readFileSync(path, 'utf8')): number {
  return Math.min(availableParallelism(), cgroupQuota(readFile) ?? Number.POSITIVE_INFINITY);
}

function cgroupQuota(readFile: (path: string) => string): number | undefined {
  const parse = (quota: string | undefined, period: string | undefined): number | undefined => {
    const cpus = Number(quota) / Number(period);
    return Number.isFinite(cpus) && cpus > 0 ? cpus : undefined;
  };
  try {
    const [quota, period] = readFile('/sys/fs/cgroup/cpu.max').trim().split(/\s+/);
    return parse(quota, period);
  } catch {
    try {
      const folder = '/sys/fs/cgroup/cpu/';
      return parse(readFile(`${folder}cpu.cfs_quota_us`), readFile(`${folder}cpu.cfs_period_us`));
    } catch {
      return undefined; // no cgroup, or not Linux
    }
  }
}
