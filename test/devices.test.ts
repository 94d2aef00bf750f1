import { devices, Engine } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { availableCpus, defaultThreads } from '../lib/engine/threads.js';
import { identity } from './fixtures/models.js';

test('devices() describes the CPU, whose id serves as LoadOptions.device', async () => {
  const found = await devices();
  expect(found).toEqual([
    {
      id: 'cpu',
      type: 'cpu',
      name: expect.stringMatching(/\S/),
      cpus: availableCpus(),
      memory: { totalBytes: expect.any(Number), freeBytes: expect.any(Number) },
      backends: ['cpu'],
    },
  ]);
  const { id, memory, cpus } = found[0] as (typeof found)[0];
  expect(cpus).toBeGreaterThan(0);
  expect(memory.freeBytes).toBeLessThanOrEqual(memory.totalBytes);
  const engine = await Engine.load(identity(), { device: id });
  expect(engine.placement).toMatchObject({ device: id, deviations: [] });
  await engine.close();
});

test.each([
  [1, 1],
  [1.5, 1],
  [2, 1],
  [2.5, 2],
  [4, 3],
  [5, 4],
  [64, 4],
])('defaultThreads() leaves the event loop a CPU: of %d CPUs it takes %d', (cpus, threads) => {
  expect(defaultThreads(cpus)).toBe(threads);
});

test('availableCpus() honours the quota of a cgroup, of version 2 and of version 1', () => {
  const files = (content: Record<string, string>) => (path: string) => {
    const text = content[path];
    if (text === undefined) throw new Error(`ENOENT ${path}`);
    return text;
  };
  const unlimited = availableCpus(files({}));
  expect(availableCpus(files({ '/sys/fs/cgroup/cpu.max': '50000 100000\n' }))).toBe(0.5);
  expect(availableCpus(files({ '/sys/fs/cgroup/cpu.max': 'max 100000\n' }))).toBe(unlimited);
  expect(availableCpus(files({ '/sys/fs/cgroup/cpu.max': '100000000 100000' }))).toBe(unlimited);
  const v1 = (quota: string) => ({
    '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': quota,
    '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  });
  expect(availableCpus(files(v1('75000\n')))).toBe(0.75);
  expect(availableCpus(files(v1('-1\n')))).toBe(unlimited);
});
