import type { BatchingOptions, Engine, LoadOptions, TensorLike, TensorMap } from 'node-tensorrt';
import { slowRows } from '../fixtures/models.js';
import { f32, load, untilStarted } from './engines.js';

/**
 * An engine that starts a batch when it has `maxSize` rows, and otherwise after a minute: how requests meet does not
 * depend on time.
 */
export function loadFilling(model: Uint8Array, maxSize: number, options: LoadOptions = {}): Promise<Engine> {
  const batching = { maxSize, maxDelayMs: 60_000, ...options.batching };
  return load(model, { threads: 1, inlineBelowUs: 0, ...options, batching });
}

/** Input x of rows that all have one value in `width` columns. */
export function rows(values: readonly number[], width = 4): { x: TensorLike<'float32'> } {
  return { x: f32(values.flatMap((value) => new Array<number>(width).fill(value)), [values.length, width]) }; // biome-ignore format: short
}

/** Runs of each size in rows, so far. */
export function sizes(engine: Engine): Record<number, number> {
  return engine.stats().batches.sizes;
}

/** Rows of the request that keeps the engine of `loadBusy` busy: too many to meet others. */
const BLOCKER_ROWS = 64;

/**
 * An engine (y = x, float32 ['N', 1]) whose only instance has just begun a run that takes long, and what that run
 * returns. Whatever is submitted now waits, and can meet within the limits given.
 */
export async function loadBusy(
  batching: BatchingOptions = {},
): Promise<{ engine: Engine; blocker: Promise<TensorMap> }> {
  const engine = await load(slowRows({ size: 256, iterations: 500 }), { threads: 1, inlineBelowUs: 0 });
  const blocker = engine.run(rows(new Array<number>(BLOCKER_ROWS).fill(1), 1));
  await untilStarted(engine, 1);
  engine.configure({ batching });
  return { engine, blocker };
}
