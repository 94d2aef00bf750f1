import { memory } from 'node-tensorrt';
import { afterEach, describe, expect, test } from 'vitest';
import { identity, mlp } from '../fixtures/models.js';
import { f32, load, until } from '../support/engines.js';
import { failure } from '../support/failure.js';

afterEach(() => memory.recordHistory(false));

function host() {
  const [pool] = memory.snapshot().pools;
  if (pool === undefined) throw new Error('there is no pool');
  return pool;
}

describe('memory.snapshot()', () => {
  test('is what the pools hold: blocks without gaps, whose bytes are those of stats()', async () => {
    await load(mlp({ layers: 2, width: 256 }), { name: 'mlp' });
    const { stats, segments } = host();
    let active = 0;
    let requested = 0;
    for (const { blocks, bytes } of segments) {
      let offset = 0;
      for (const block of blocks) {
        expect(block.offset).toBe(offset);
        offset += block.bytes;
        if (block.state === 'active') active += block.bytes;
        requested += block.requestedBytes;
      }
      expect(offset).toBe(bytes);
    }
    expect(active).toBe(stats.activeBytes.current);
    expect(requested).toBe(stats.allocatedBytes.current);
    const mapped = segments.reduce((sum, { bytes, purgedBytes }) => sum + bytes - purgedBytes, 0);
    expect(mapped).toBe(stats.reservedBytes.current);
    expect(JSON.parse(JSON.stringify(memory.snapshot()))).toMatchObject({ pools: [{ name: 'host' }] });
  });

  test("tells an engine's weights from its activations and staging", async () => {
    const engine = await load(mlp({ layers: 2, width: 512 }), { name: 'two\n"layers"', inlineBelowUs: 0 });
    await engine.run({ x: f32(new Float32Array(512), [1, 512]) });
    const owners = host().owners.filter((owner) => owner.engine === 'two\n"layers"');
    const weights = owners.find(({ use }) => use === 'weights');
    expect(weights?.allocatedBytes.current).toBeGreaterThanOrEqual(2 * 512 * 512 * 4);
    expect(weights?.blocks).toBeGreaterThan(0);
    await engine.close();
    const left = host().owners.filter((owner) => owner.engine === 'two\n"layers"');
    for (const { allocatedBytes, blocks } of left) expect([allocatedBytes.current, blocks]).toEqual([0, 0]);
    // Its account goes with its last thread, which has nothing left to do.
    await until(() => !host().owners.some((owner) => owner.engine === 'two\n"layers"'));
  });

  test('has RSS beside it, and says what is in no pool', () => {
    const snapshot = memory.snapshot();
    expect(snapshot.process.rssBytes).toBeGreaterThan(10e6);
    expect(snapshot.uncounted.length).toBeGreaterThan(2);
    expect(snapshot.time).toBeGreaterThan(1.7e12);
  });

  test('has the history from when it was asked for', async () => {
    const engine = await load(identity('uint8', ['N']), { name: 'copy', inlineBelowUs: 0 });
    expect(host().history).toEqual([]);
    memory.recordHistory(1000);
    await engine.run({ x: { type: 'uint8', data: new Uint8Array(3_000_000), dims: [3_000_000] } });
    const { history, owners } = host();
    const big = history.filter(({ action, bytes }) => action === 'alloc' && bytes >= 3_000_000);
    expect(big.map(({ owner }) => owner !== null && owners[owner]?.engine)).toContain('copy');
    expect(history.map(({ timeMs }) => timeMs)).toEqual(history.map(({ timeMs }) => timeMs).sort((a, b) => a - b));
    memory.recordHistory(false);
    expect(host().history).toEqual([]);
  });

  test('is drawn by html() and told by summary()', async () => {
    await load(mlp({ layers: 2, width: 256 }), { name: '<script>alert(1)</script>' });
    const page = memory.html();
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toContain('<script>alert(1)');
    expect(memory.summary()).toContain('weights');
    expect(memory.summary(memory.snapshot())).toMatch(/pool 'host'/);
  });

  test.each([
    [0, 'host', 'maxEvents', 'OUT_OF_RANGE'],
    [1.5, 'host', 'maxEvents', 'INVALID_ARGUMENT'],
    [true, 'host', 'maxEvents', 'INVALID_ARGUMENT'],
    [10, 'cuda:0', 'pool', 'INVALID_ARGUMENT'],
  ])('recordHistory(%j, %j) is refused for %s', (maxEvents, pool, option, code) => {
    expect(() => memory.recordHistory(maxEvents as never, pool)).toThrow(failure(code, { option }) as Error);
  });
});
