import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pruneRuntimeCaches, runtimeCacheFile } from '../../lib/cache/runtime-caches.js';
import { tempFolder } from '../support/temp-folder.js';

const plan = { backend: 'tensorrt-rtx' as const, payload: { offset: 4096, bytes: 1, sha256: 'f'.repeat(64) } };

describe('runtimeCacheFile()', () => {
  test('has a name for each plan and device, in a folder that is closed to others', async () => {
    const dir = tempFolder();
    const file = await runtimeCacheFile(plan, dir, '');
    expect(file).toBe(join(dir, 'plans', 'runtime', `${'f'.repeat(64)}-0.cache`));
    expect(statSync(dirname(file)).mode & 0o777).toBe(0o700);
    expect(await runtimeCacheFile(plan, dir, 'GPU-12/../3')).toMatch(/-GPU-12____3\.cache$/);
  });

  test('is none without a cache, for TensorRT, and in a folder that is not private', async () => {
    const dir = tempFolder();
    expect(await runtimeCacheFile(plan, false, '')).toBe('');
    expect(await runtimeCacheFile({ ...plan, backend: 'tensorrt' }, dir, '')).toBe('');
    const folder = dirname(await runtimeCacheFile(plan, dir, ''));
    chmodSync(folder, 0o750);
    expect(await runtimeCacheFile(plan, dir, '')).toBe('');
    const other = tempFolder();
    mkdirSync(join(other, 'plans'));
    symlinkSync(folder, join(other, 'plans', 'runtime'));
    expect(await runtimeCacheFile(plan, other, '')).toBe('');
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    expect(await runtimeCacheFile(plan, file, '')).toBe('');
  });

  test('is pruned by age', async () => {
    const dir = tempFolder();
    const file = await runtimeCacheFile(plan, dir, '');
    writeFileSync(file, 'kernels');
    const plans = join(dir, 'plans');
    await pruneRuntimeCaches(plans, 60_000);
    expect(existsSync(file)).toBe(true);
    utimesSync(file, 1000, 1000);
    await pruneRuntimeCaches(plans, 60_000);
    expect(existsSync(file)).toBe(false);
    await pruneRuntimeCaches(join(dir, 'none'), 0);
  });
});
