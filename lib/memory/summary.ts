import { formatBytes, formatCount, formatDuration, formatName, formatShare, formatTime } from './format.js';
import { fragmentation, inactiveSplit, rankedOwners, sum, totalReserved } from './measures.js';
import type { MemorySnapshot, PoolSnapshot } from './snapshot.js';
import type { MemoryStats } from './stats.js';

export { formatBytes } from './format.js';

const WIDTHS = [16, 12, 12, 16, 14];
const LINE = '-'.repeat(sum(WIDTHS, (width) => width));
const MOST_OWNERS = 30;

/** All pools as tables for people, in the manner of torch.cuda.memory_summary. */
export function summarize(snapshot: MemorySnapshot): string {
  const sections = [processLines(snapshot), ...snapshot.pools.map(poolSection)];
  if (snapshot.uncounted.length > 0) {
    sections.push(['not counted in any pool:', ...snapshot.uncounted.map((what) => `- ${what}`)].join('\n'));
  }
  return sections.join('\n\n');
}

function processLines(snapshot: MemorySnapshot): string {
  const { rssBytes, limitBytes } = snapshot.process;
  const reserved = totalReserved(snapshot);
  const limit =
    limitBytes === null ? 'no limit' : `limit ${formatBytes(limitBytes)} (${formatShare(rssBytes / limitBytes)} used)`;
  return [
    `memory at ${formatTime(snapshot.time)}`,
    `process: RSS ${formatBytes(rssBytes)}, ${limit}`,
    `pools: ${formatBytes(reserved)} reserved; ${outsideText(rssBytes - reserved)}`,
  ].join('\n');
}

/** Reserved memory that was never written to is not in RAM: RSS can be below it. */
function outsideText(outside: number): string {
  if (outside >= 0) return `${formatBytes(outside)} of RSS is outside of them`;
  return `RSS is ${formatBytes(-outside)} below: so much was not written to, or was given back`;
}

function poolSection(pool: PoolSnapshot): string {
  const { stats, limitBytes, policy } = pool;
  const reserved = stats.reservedBytes.current;
  const cached = reserved - stats.activeBytes.current;
  const limit =
    limitBytes === null ? 'none' : `${formatBytes(limitBytes)} (${formatShare(reserved / limitBytes)} used)`;
  const trim = policy.trimIdleMs > 0 ? `when idle for ${formatDuration(policy.trimIdleMs)}` : 'never';
  const collect = policy.gcThreshold > 0 ? `from ${formatShare(policy.gcThreshold)} of the limit on` : 'never';
  const blocks = sum(pool.segments, (segment) => segment.blocks.length);
  const purged = sum(pool.segments, (segment) => segment.purgedBytes);
  return [
    poolTable(pool.name, stats),
    `limit ${limit}; trimmed ${trim}; collected ${collect}`,
    `fragmentation ${formatShare(fragmentation(stats))}: ${formatBytes(cached)} cached, ${formatBytes(inactiveSplit(pool))} of it in segments in use; ${formatBytes(purged)} purged`,
    `segments ${formatCount(pool.segments.length)}, blocks ${formatCount(blocks)}, events recorded ${formatCount(pool.history.length)}`,
    ...ownerTable(pool),
  ].join('\n');
}

/** The counters of one pool. */
export function poolTable(pool: string, stats: MemoryStats): string {
  const gauges = [
    { name: 'allocated', bytes: stats.allocatedBytes },
    { name: 'active', bytes: stats.activeBytes },
    { name: 'reserved', bytes: stats.reservedBytes },
    { name: 'inactive split', bytes: stats.inactiveSplitBytes },
  ];
  const rows = gauges.map(({ name, bytes: { current, peak, allocated, freed } }) =>
    row([name, ...[current, peak, allocated, freed].map(formatBytes)]),
  );
  const counts = `system allocations ${stats.numSystemAllocs}, retries after emptying the cache ${stats.numRetries}, out of memory ${stats.numOoms}`;
  const head = row(['memory', 'current', 'peak', 'total allocated', 'total freed']);
  return [`pool '${formatName(pool)}'`, LINE, head, LINE, ...rows, LINE, counts].join('\n');
}

function row(cells: readonly string[]): string {
  return cells
    .map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[0] as number) : cell.padStart(WIDTHS[i] as number)))
    .join('');
}

function ownerTable(pool: PoolSnapshot): string[] {
  const ranked = rankedOwners(pool);
  if (ranked.length === 0) return [];
  const all = sum(ranked, ({ owner }) => owner.allocatedBytes.current);
  const shown = ranked.slice(0, MOST_OWNERS).map(({ owner }) => ({
    name: owner.engine === null ? '(no engine)' : formatName(owner.engine),
    use: owner.use as string,
    current: formatBytes(owner.allocatedBytes.current),
    share: formatShare(all > 0 ? owner.allocatedBytes.current / all : 0),
    peak: formatBytes(owner.allocatedBytes.peak),
    blocks: formatCount(owner.blocks),
  }));
  const head = { name: 'owner', use: 'use', current: 'current', share: 'share', peak: 'peak', blocks: 'blocks' };
  const width = Math.max(...[head, ...shown].map(({ name }) => name.length)) + 2;
  const lines = [head, ...shown].map(
    ({ name, use, current, share, peak, blocks }) =>
      name.padEnd(width) +
      use.padEnd(13) +
      current.padStart(12) +
      share.padStart(10) +
      peak.padStart(12) +
      blocks.padStart(10),
  );
  const line = '-'.repeat((lines[0] as string).length);
  const rest = ranked.slice(MOST_OWNERS);
  const more = `and ${formatCount(rest.length)} more: ${formatBytes(sum(rest, ({ owner }) => owner.allocatedBytes.current))}`;
  return [line, lines[0] as string, line, ...lines.slice(1), ...(rest.length > 0 ? [more] : []), line];
}
