// @ts-check
import { readFileSync } from 'node:fs';

const MB = 1e6;

/** Resident memory of this process now, in MB (10^6 bytes). */
export function residentMb() {
  return process.memoryUsage.rss() / MB;
}

/**
 * The most resident memory that this process has had, in MB. On Linux from /proc: what getrusage (and so
 * `process.resourceUsage().maxRSS`) reports there begins with the peak of the process that started this one.
 */
export function peakMb() {
  if (process.platform === 'linux') {
    const kib = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    if (kib !== undefined) return (Number(kib) * 1024) / MB;
  }
  return (process.resourceUsage().maxRSS * 1024) / MB;
}

/** Collects garbage, so that what is left is in use. Needs --expose-gc. */
export async function collectGarbage() {
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
