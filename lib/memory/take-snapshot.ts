import { getPort } from '../native/port.js';
import { processLimit } from './settings.js';
import type { MemorySnapshot, PoolSnapshot } from './snapshot.js';

/** What memory of this library's is in no pool; measured, not guessed: see docs/memory.md. */
const UNCOUNTED = [
  'weights that ONNX Runtime does not repack (embeddings, small convolutions): in the C heap until the engine is closed',
  'structures of ONNX Runtime for each node and session, and its library itself',
  'model files that are mapped while they load, and models passed as bytes',
  'results that were handed to JavaScript: ArrayBuffers of V8 (process.memoryUsage().arrayBuffers)',
];

export function takeSnapshot(): MemorySnapshot {
  const { native } = getPort();
  const pools = native.pools().map((pool): PoolSnapshot => {
    const stats = native.poolStats(pool);
    return { ...(JSON.parse(native.poolSnapshot(pool)) as Omit<PoolSnapshot, 'stats'>), stats };
  });
  return {
    time: Date.now(),
    process: { rssBytes: process.memoryUsage.rss(), limitBytes: processLimit() ?? null },
    uncounted: [...UNCOUNTED],
    pools,
  };
}
