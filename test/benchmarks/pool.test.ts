import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { load } from '../../benchmarks/lib/engines.mjs';
import { identity } from '../fixtures/models.js';

const folder = mkdtempSync(join(tmpdir(), 'pool-'));
const model = join(folder, 'identity.onnx');
let pool: Awaited<ReturnType<typeof load>>;
beforeAll(async () => {
  writeFileSync(model, identity('float32', ['N']));
  pool = await load('pool', model, { workers: 2 });
});
afterAll(async () => {
  await pool.close();
  rmSync(folder, { recursive: true });
});

describe('the pool of workers', () => {
  // Small inputs are copied, large ones are handed over and come back.
  it.each([4, 100_000])('computes %i numbers, again and again from the same input', async (size) => {
    const data = Float32Array.from({ length: size }, (_, i) => i);
    const feeds = { [pool.input]: new pool.Tensor('float32', data.slice(), [size]) };
    for (let i = 0; i < 3; i++) {
      const { [pool.output]: result } = await pool.engine.run(feeds);
      expect(result.dims).toEqual([size]);
      expect(result.data).toEqual(data);
    }
  });

  it('gives each of many callers its own result', async () => {
    const values = Array.from({ length: 20 }, (_, i) => i);
    const results = await Promise.all(
      values.map((value) => pool.engine.run({ [pool.input]: new pool.Tensor('float32', Float32Array.of(value), [1]) })),
    );
    expect(results.map((result) => result[pool.output].data[0])).toEqual(values);
  });
});
