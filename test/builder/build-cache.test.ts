import { chmodSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { build, cache, verifyPlan } from '../../dist/esm/index.js';
import { setUpBuild } from '../support/build.js';
import { failure } from '../support/failure.js';

describe('the cache of build()', () => {
  test('is read where it cannot be written', async () => {
    const { make, folder, calls } = setUpBuild();
    await make();
    // As in an image: the lock cannot be made there.
    const plans = join(folder, 'cache', 'plans');
    const [plan = ''] = readdirSync(plans).filter((name) => name.endsWith('.plan'));
    mkdirSync(join(plans, plan.replace('.plan', '.lock')));
    expect(await make()).toMatchObject({ cached: true });
    expect(calls()).toHaveLength(1);
  });

  test('gives a plan to who asks while it is pruned, or builds it again', async () => {
    const { file, folder } = setUpBuild();
    const dir = join(folder, 'cache');
    await build(file, { output: join(folder, '0.plan'), targets: 'sm86' });
    const builds = Array.from({ length: 6 }, (_, i) =>
      build(file, { output: join(folder, `${i}.plan`), targets: 'sm86' }),
    );
    const pruning = (async () => {
      for (let i = 0; i < 20; i++) await cache.prune({ dir, all: true });
    })();
    await Promise.all([...builds, pruning]);
    for (let i = 0; i < 6; i++) await verifyPlan(join(folder, `${i}.plan`));
  });

  test('has no timing cache to write, which is said', async () => {
    const devices = [{ index: 0, name: 'Some GPU', uuid: 'GPU-1234', computeCapability: '8.6' }];
    const { file, output, folder } = setUpBuild({ devices });
    const options = { output, backend: 'tensorrt', timingCache: { save: join(folder, 'timing') } } as const;
    expect((await build(file, options)).ignored).toEqual([]);
    const again = await build(file, options);
    expect(again).toMatchObject({ cached: true, ignored: [{ option: 'timingCache' }] });
  });

  test('and key are looked at before minutes of building', async () => {
    const { make, calls, folder } = setUpBuild();
    vi.stubEnv('NODE_TENSORRT_CACHE_BYTES', '10GiB');
    await expect(make()).rejects.toThrow(failure('INVALID_ARGUMENT', { option: 'NODE_TENSORRT_CACHE_BYTES' }));
    vi.stubEnv('NODE_TENSORRT_CACHE_BYTES', '');
    chmodSync(join(folder, 'plan.key'), 0o644);
    await expect(make()).rejects.toThrow(failure('INVALID_ARGUMENT', { reason: 'key-file' }));
    expect(calls()).toHaveLength(0);
  });
});
