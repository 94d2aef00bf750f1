// @ts-check
import { writeFileSync } from 'node:fs';
import { packagedModels } from '../../examples/ocr/models.mjs';
import { importLibrary } from './engines.mjs';

const USES = ['weights', 'activations', 'staging', 'user', 'other'];

/**
 * Records what the pool is asked for while PP-OCR's models load and read pictures and lines of mixed sizes, as lines for
 * raw/allocators.cc.
 *
 * @param {{ file: string, runs: number }} params
 */
export async function recordTrace({ file, runs }) {
  const { Engine, memory } = /** @type {typeof import('node-tensorrt')} */ (await importLibrary('ours'));
  const { detection, recognition } = packagedModels();
  memory.recordHistory(2_000_000);
  const options = { inlineBelowUs: 0, batching: /** @type {false} */ (false) };
  const detector = await Engine.load(detection, options);
  const recogniser = await Engine.load(recognition, options);
  let seed = 1;
  const random = (/** @type {number} */ count) => {
    seed = (seed * 48271) % 2147483647;
    return seed % count;
  };
  const run = (/** @type {import('node-tensorrt').Engine} */ engine, /** @type {number[]} */ dims) => {
    const data = new Float32Array(dims.reduce((a, b) => a * b, 1)).fill(0.1);
    return engine.run({ [engine.inputs[0]?.name ?? 'x']: { type: 'float32', data, dims } });
  };
  for (let i = 0; i < runs; i++) {
    const picture = run(detector, [1, 3, 32 * (5 + random(15)), 32 * (5 + random(15))]);
    const lines = Array.from({ length: 8 }, () => run(recogniser, [1 + random(4), 3, 48, 8 * (8 + random(56))]));
    await Promise.all([picture, ...lines]);
  }
  const [pool] = memory.snapshot().pools;
  await Promise.all([detector.close(), recogniser.close()]);
  /** @type {Map<string, number>} */
  const ids = new Map();
  const text = [];
  let next = 0;
  for (const { action, segment, offset, bytes, owner } of pool?.history ?? []) {
    const key = `${segment}:${offset}`;
    if (action === 'alloc') {
      ids.set(key, next);
      text.push(`a ${next++} ${bytes} ${USES.indexOf(pool?.owners[owner ?? -1]?.use ?? 'other')}`);
    } else if (action === 'free' && ids.has(key)) {
      text.push(`f ${ids.get(key)}`);
    }
  }
  writeFileSync(file, `${text.join('\n')}\n`);
  return { operations: text.length };
}
