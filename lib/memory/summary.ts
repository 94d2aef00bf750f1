import type { MemoryStats } from './stats.js';

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];

/** "1.5 MiB" */
export function formatBytes(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log2(bytes) / 10));
  const value = bytes / 1024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${UNITS[power]}`;
}

/** A table in the manner of torch.cuda.memory_summary. */
export function summarize(pool: string, stats: MemoryStats): string {
  const rows = [
    ['memory', 'current', 'peak', 'total allocated', 'total freed'],
    ...(['allocatedBytes', 'activeBytes', 'reservedBytes'] as const).map((key) => {
      const { current, peak, allocated, freed } = stats[key];
      return [key.replace('Bytes', ''), ...[current, peak, allocated, freed].map(formatBytes)];
    }),
  ];
  const widths = [12, 12, 12, 16, 16];
  const line = '-'.repeat(widths.reduce((sum, width) => sum + width, 0));
  const body = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(12) : cell.padStart(widths[i] as number))).join(''),
  );
  const counts = `system allocations ${stats.numSystemAllocs}, retries after emptying the cache ${stats.numRetries}, out of memory ${stats.numOoms}`;
  return [`pool '${pool}'`, line, body[0], line, ...body.slice(1), line, counts].join('\n');
}
