import type {
  BlockSnapshot,
  ByteStats,
  HistoryEntry,
  MemorySnapshot,
  OwnerSnapshot,
  PoolSnapshot,
  SegmentSnapshot,
} from 'node-tensorrt';
import { randomNumbers } from './random.js';

const MIB = 2 ** 20;

export function gauge(current: number, peak = current): ByteStats {
  return { current, peak, allocated: current, freed: 0 };
}

export function owner(engine: string | null, use: OwnerSnapshot['use'], current: number, blocks = 1): OwnerSnapshot {
  return { engine, use, allocatedBytes: gauge(current), blocks };
}

/** [bytes, owner, asked for]; owner undefined for a free block. */
export type BlockPlan = [bytes: number, owner?: number | null, requested?: number];

export function segment(id: number, plan: readonly BlockPlan[], more: Partial<SegmentSnapshot> = {}): SegmentSnapshot {
  let offset = 0;
  const blocks = plan.map(([bytes, by, requested = bytes]): BlockSnapshot => {
    const free = by === undefined;
    const block = {
      offset,
      bytes,
      state: free ? ('free' as const) : ('active' as const),
      requestedBytes: free ? 0 : requested,
      owner: by ?? null,
    };
    offset += bytes;
    return block;
  });
  const address = `0x${(0x7f0000000000 + id * 2 ** 28).toString(16)}`;
  return { id, address, bytes: offset, purgedBytes: 0, kind: 'large', hugePages: false, node: null, blocks, ...more };
}

/** Free blocks of segments that are in use. */
function inactiveSplit(segments: readonly SegmentSnapshot[]): number {
  const used = segments.filter(({ blocks }) => blocks.some(({ state }) => state === 'active'));
  const free = used.flatMap(({ blocks }) => blocks.filter(({ state }) => state === 'free'));
  return free.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** A pool whose counters fit its segments. */
export function pool(
  segments: SegmentSnapshot[],
  owners: OwnerSnapshot[],
  more: Partial<PoolSnapshot> = {},
): PoolSnapshot {
  const blocks = segments.flatMap((s) => s.blocks);
  const total = (list: readonly { bytes: number }[]) => list.reduce((sum, { bytes }) => sum + bytes, 0);
  const active = blocks.filter(({ state }) => state === 'active');
  return {
    name: 'host',
    stats: {
      allocatedBytes: gauge(active.reduce((sum, { requestedBytes }) => sum + requestedBytes, 0)),
      reservedBytes: gauge(total(segments)),
      activeBytes: gauge(total(active)),
      inactiveSplitBytes: gauge(inactiveSplit(segments)),
      numOoms: 0,
      numRetries: 0,
      numSystemAllocs: segments.length,
    },
    limitBytes: null,
    policy: { trimIdleMs: 0, gcThreshold: 0, hugePages: false },
    segments,
    owners,
    history: [],
    ...more,
  };
}

export function snapshot(pools: PoolSnapshot[], more: Partial<MemorySnapshot> = {}): MemorySnapshot {
  const reserved = pools.reduce((sum, { stats }) => sum + stats.reservedBytes.current, 0);
  return {
    time: Date.UTC(2026, 7, 1, 12),
    process: { rssBytes: reserved + 80 * MIB, limitBytes: null },
    uncounted: [],
    pools,
    ...more,
  };
}

/** A pool after so many allocations and frees of several owners: first fit in segments of 16 MiB, all of it recorded. */
export function usedPool(seed: number, numEvents: number, numOwners: number, blockBytes: number): PoolSnapshot {
  const numbers = randomNumbers(seed);
  const random = () => numbers(2 ** 30) / 2 ** 30;
  const history: HistoryEntry[] = [];
  const segments: SegmentSnapshot[] = [];
  const uses = ['weights', 'activations', 'staging', 'other'] as const;
  const owners = Array.from({ length: numOwners }, (_, i) => owner(`engine-${i >> 1}`, uses[i % 4] ?? 'other', 0, 0));
  const used: { segment: SegmentSnapshot; block: BlockSnapshot }[] = [];
  let timeMs = 0;
  const record = (action: HistoryEntry['action'], s: number, offset: number, bytes: number, by: number | null) => {
    timeMs += random() * 3;
    history.push({ timeMs, action, segment: s, offset, bytes, owner: by });
  };
  const allocate = (by: number, requested: number) => {
    const bytes = Math.ceil(requested / 4096) * 4096;
    let found = segments.find((s) => s.blocks.some((b) => b.state === 'free' && b.bytes >= bytes));
    if (!found) {
      found = segment(segments.length, [[Math.max(16 * MIB, bytes)]]);
      segments.push(found);
      record('map', found.id, 0, found.bytes, null);
    }
    const at = found.blocks.findIndex((b) => b.state === 'free' && b.bytes >= bytes);
    const free = found.blocks[at] as BlockSnapshot;
    const block: BlockSnapshot = { offset: free.offset, bytes, state: 'active', requestedBytes: requested, owner: by };
    const rest = { ...free, offset: free.offset + bytes, bytes: free.bytes - bytes };
    found.blocks.splice(at, 1, block, ...(rest.bytes > 0 ? [rest] : []));
    used.push({ segment: found, block });
    const own = owners[by] as OwnerSnapshot;
    own.blocks += 1;
    own.allocatedBytes.current += requested;
    own.allocatedBytes.peak = Math.max(own.allocatedBytes.peak, own.allocatedBytes.current);
    record('alloc', found.id, block.offset, bytes, by);
  };
  const release = () => {
    const [{ segment: s, block }] = used.splice(Math.floor(random() * used.length), 1) as [(typeof used)[number]];
    const own = owners[block.owner ?? 0] as OwnerSnapshot;
    own.blocks -= 1;
    own.allocatedBytes.current -= block.requestedBytes;
    record('free', s.id, block.offset, block.bytes, block.owner);
    Object.assign(block, { state: 'free', requestedBytes: 0, owner: null });
    s.blocks = s.blocks.reduce<BlockSnapshot[]>((list, next) => {
      const last = list.at(-1);
      if (last?.state === 'free' && next.state === 'free') last.bytes += next.bytes;
      else list.push(next);
      return list;
    }, []);
  };
  while (history.length < numEvents) {
    const busy = 0.5 + 0.3 * Math.sin((history.length / numEvents) * 9);
    if (used.length === 0 || random() < busy) {
      allocate(Math.floor(random() ** 2 * numOwners), Math.ceil(blockBytes * (0.05 + random() ** 3 * 4)));
    } else release();
    if (random() < 0.0004) record('oom', 0, 0, 512 * MIB, 0);
    if (random() < 0.0008) record('purge', 0, 0, MIB, null);
  }
  segments.forEach((s, i) => {
    if (i % 3 === 1)
      s.purgedBytes = s.blocks.filter((b) => b.state === 'free').reduce((sum, b) => sum + b.bytes, 0) / 2;
  });
  return pool(segments, owners, { history });
}
