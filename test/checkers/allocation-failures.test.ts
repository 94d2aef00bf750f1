import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { expectEnding, runChild } from '../process/harness/child.js';
import { useModels } from '../process/harness/models.js';

const models = useModels('matmul16', 'strings', 'identity');

const root = fileURLToPath(new URL('../..', import.meta.url));
const hook = join(root, 'build-cmake/native/test/allocation_failure/allocation_failure.node');
const addon = join(root, 'build/Release/node_tensorrt.node');
const seeded = join(root, 'build-cmake/native/test/seeded_addon/seeded_addon.node');

function runHooked(fixture: string, ...args: string[]) {
  if (!existsSync(hook)) throw new Error(`${hook} is missing: run the stage cpp first`);
  return runChild(`../../checkers/fixtures/${fixture}`, {
    args: [hook, ...args],
    env: { ...models, LD_PRELOAD: hook },
    deadlineMs: 100_000,
  });
}

describe.each([
  ['one allocation', 'once'],
  ['an allocation and all that follow', 'from'],
])('when %s of the addon fails, each in turn', (_, mode) => {
  it('settles every promise with its result or OUT_OF_MEMORY, answers the next request right and keeps nothing', async () => {
    const child = await runHooked('allocation-failures.mjs', addon, mode);
    expectEnding(child);
    const { counts, allocated } = child.reports[0] as { counts: Record<string, number>; allocated: number };
    expect(allocated).toBe(0);
    // The loop did meet allocations, or it would have shown nothing.
    expect(counts).toMatchObject({ runSync: 0, 'run in place': 0 });
    expect(counts['load from a file']).toBeGreaterThan(30);
    expect(counts['run with strings on a lane']).toBeGreaterThan(10);
    expect(counts['emptyCache']).toBeGreaterThan(1);
    console.log(`allocations that failed in turn (${mode}): ${JSON.stringify(counts)}`);
  });
});

it('finds a bug that was put in: an addon that catches nothing', async () => {
  const child = await runHooked('seeded-allocation-failure.mjs', seeded);
  expect(child.signal).toBe('SIGABRT');
  expect(child.stderr).toContain('bad_alloc');
});
