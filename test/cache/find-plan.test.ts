import { readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs';
import { chmod, copyFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addPlan } from '../../lib/cache/add-plan.js';
import { differences } from '../../lib/cache/compare-keys.js';
import { findPlan } from '../../lib/cache/find-plan.js';
import type { PlanDraft } from '../../lib/plan/header.js';
import { canonicalJson, hashOfKey, type PlanKey } from '../../lib/plan/key.js';
import { failure } from '../support/failure.js';
import { filesIn, newUser, payloadFile, planDraft, planKey } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

/** A cache with plans of these keys. */
async function filled(...plans: { key?: Partial<PlanKey>; draft?: Partial<PlanDraft> }[]): Promise<string> {
  newUser();
  const folder = join(tempFolder(), 'plans');
  for (const { key, draft } of plans) {
    await addPlan(folder, planKey(key), { payload: payloadFile(), header: planDraft(draft) });
  }
  return folder;
}

const other = 'b'.repeat(64);

describe('findPlan()', () => {
  test('finds what was added, and notes the use', async () => {
    const folder = await filled({});
    const key = planKey();
    const used = join(folder, `${hashOfKey(key)}.used`);
    utimesSync(used, 1000, 1000);
    const path = join(folder, `${hashOfKey(key)}.plan`);
    expect(await findPlan(folder, key, 'model.onnx')).toMatchObject({ path, header: { ...planDraft(), key } });
    expect((await stat(used)).mtimeMs).toBeGreaterThan(2_000_000);
    expect(filesIn(folder)).toEqual([`${hashOfKey(key)}.plan`, `${hashOfKey(key)}.used`]);
    const shuffled = { ...planKey(), targets: ['sm86', 'sm86'], options: { optimizationLevel: 3, gone: undefined } };
    expect(await findPlan(folder, shuffled, '')).toMatchObject({ path });
  });

  test('finds nothing where nothing was ever kept', async () => {
    newUser();
    const reason = 'no plan of this model is in the cache';
    expect(await findPlan(join(tempFolder(), 'none'), planKey(), 'model.onnx')).toEqual({ reason });
    const folder = await filled({});
    expect(await findPlan(folder, planKey({ model: other }), 'other.onnx')).toEqual({ reason });
  });

  test.each<[string, Partial<PlanKey>, string]>([
    ['the model', { model: other }, 'the model has changed since the plan of 2026-08-01'],
    ['TensorRT', { version: '1.7.2.1' }, 'TensorRT-RTX 1.7.1.116 → 1.7.2.1'],
    ['the kind', { backend: 'tensorrt', version: '11.4.0' }, 'TensorRT-RTX 1.7.1.116 → TensorRT 11.4.0'],
    ['the headers', { headers: '1.7.1' }, 'headers 1.7.0 → 1.7.1'],
    ['an option', { options: { optimizationLevel: 5 } }, 'option optimizationLevel 3 → 5'],
    ['no option', { options: {} }, 'option optimizationLevel 3 → default'],
    ['the targets', { targets: ['sm89', 'sm86'] }, 'targets sm86 → sm86, sm89'],
    ['the platform', { platform: 'linux-arm64' }, 'platform linux-x64 → linux-arm64'],
    ['the format', { format: 2 }, 'plan format 1 → 2'],
    [
      'the GPU',
      { targets: [], device: { name: 'A10', computeCapability: '8.6', driver: '580.1' } },
      'targets sm86 → none; GPU none → A10; compute capability none → 8.6; the driver none → 580.1',
    ],
    [
      'all of it',
      { model: other, version: '2', options: { optimizationLevel: 3, tf32: true } },
      'the model has changed since the plan of 2026-08-01; TensorRT-RTX 1.7.1.116 → 2; option tf32 default → true',
    ],
  ])('says that %s is another', async (_what, change, reason) => {
    const folder = await filled({});
    const miss = await findPlan(folder, planKey(change), 'model.onnx');
    expect(miss).toMatchObject({ reason, nearest: { createdAt: '2026-08-01T10:00:00.000Z' } });
    expect(miss.path).toBeUndefined();
  });

  test('says what is nearest: of the same model, with the fewest differences, the last', async () => {
    const folder = await filled(
      { key: { model: other } },
      { key: { version: '1', headers: '1' }, draft: { createdAt: '2026-08-09T00:00:00Z' } },
      { key: { version: '2' }, draft: { createdAt: '2026-08-02T00:00:00Z' } },
      { key: { version: '3' }, draft: { createdAt: '2026-08-04T00:00:00Z' } },
      { key: { version: '4' }, draft: { createdAt: '2026-08-03T00:00:00Z' } },
    );
    expect(await findPlan(folder, planKey(), 'model.onnx')).toMatchObject({ reason: 'TensorRT-RTX 3 → 1.7.1.116' });
  });

  test('says what differs where the change is behind what fits into the reason', () => {
    const shape = (last: number) => planKey({ options: { profiles: [{ x: [...'0'.repeat(60)].map(Number) }, last] } });
    expect(differences(shape(1), shape(2))).toEqual(['option profiles[1] 1 → 2']);
    expect(differences(shape(1), shape(1))).toEqual([]);
  });

  test('says the first few differences of an option, and how many there are beside', () => {
    const shape = (...sizes: (number | null)[]) => planKey({ options: { profiles: [{ x: { min: sizes } }] } });
    expect(differences(shape(1, 2, 3, 4, 5), shape(6, 7, 8, 9, null))).toEqual([
      'option profiles[0].x.min[0] 1 → 6',
      'option profiles[0].x.min[1] 2 → 7',
      'option profiles[0].x.min[2] 3 → 8',
      '2 more in profiles',
    ]);
    expect(
      differences(planKey({ options: { refittable: true } }), planKey({ options: { refittable: 'x'.repeat(99) } }))[0],
    ).toMatch(/^option refittable true → x{59}…$/);
  });

  test.each<[string, (path: string) => void, RegExp]>([
    ['a byte is another', (path) => change(path, -1), /payload is not the one that was written/],
    ['its header is damaged', (path) => change(path, 100), /checksum/],
    ['it is cut short', (path) => writeFileSync(path, readFileSync(path).subarray(0, 5000)), /cut short/],
    ['it is empty', (path) => writeFileSync(path, ''), /is empty/],
  ])('removes a plan that is damaged: %s', async (_what, damage, message) => {
    const folder = await filled({});
    const hash = hashOfKey(planKey());
    damage(join(folder, `${hash}.plan`));
    const { reason } = (await findPlan(folder, planKey(), 'model.onnx')) as { reason: string };
    expect(reason).toMatch(/^the plan in the cache is damaged: /);
    expect(reason).toMatch(message);
    expect(filesIn(folder)).toEqual([]);
  });

  test('does not take a plan that lies under the name of another key', async () => {
    const folder = await filled({ key: { version: '1' } });
    const wanted = join(folder, `${hashOfKey(planKey())}.plan`);
    renameSync(join(folder, `${hashOfKey(planKey({ version: '1' }))}.plan`), wanted);
    expect(await findPlan(folder, planKey(), '')).toEqual({
      reason: 'the plan in the cache is damaged: it is that of another key',
    });
    expect(filesIn(folder)).not.toContain(`${hashOfKey(planKey())}.plan`);
  });

  test("does not take another user's plan, and leaves it", async () => {
    const folder = await filled({});
    const before = filesIn(folder);
    newUser();
    const miss = await findPlan(folder, planKey(), 'model.onnx');
    expect(miss).toMatchObject({ reason: expect.stringMatching(/^the plan in the cache is not this user's: /) });
    expect(filesIn(folder)).toEqual(before);
    await addPlan(folder, planKey(), { payload: payloadFile(), header: planDraft() });
    expect(await findPlan(folder, planKey(), 'model.onnx')).toHaveProperty('path');
  });

  test.skipIf(process.platform === 'win32')("refuses an unsafe file of this user's key", async () => {
    const folder = await filled({});
    const key = process.env['NODE_TENSORRT_KEY_FILE'] as string;
    await chmod(key, 0o644);
    await expect(findPlan(folder, planKey(), '')).rejects.toEqual(failure('INVALID_ARGUMENT', { reason: 'key-file' }));
  });

  test('leaves out what is no plan, and rejects with the reason of an abort', async () => {
    const folder = await filled({ key: { version: '1' } });
    await copyFile(payloadFile(), join(folder, `${other}.plan`));
    writeFileSync(join(folder, 'notes.plan'), '');
    expect(await findPlan(folder, planKey(), '')).toMatchObject({ reason: 'TensorRT-RTX 1 → 1.7.1.116' });
    await expect(findPlan(folder, planKey(), '', AbortSignal.abort('enough'))).rejects.toBe('enough');
  });
});

describe('hashOfKey()', () => {
  test('is another for each part of a key that is another, and the same for another order', () => {
    const changes: Partial<PlanKey>[] = [
      {},
      { model: other },
      { options: { optimizationLevel: 4 } },
      { options: { optimizationLevel: '3' } },
      { options: { optimizationLevel: 3, profiles: [{ x: { min: [1] } }] } },
      { options: { optimizationLevel: 3, profiles: [{ x: { min: [2] } }] } },
      { backend: 'tensorrt' },
      { version: '2' },
      { headers: '2' },
      { targets: [] },
      { targets: ['sm86', 'sm89'] },
      { device: { name: 'A10', computeCapability: '8.6', driver: '1' } },
      { device: { name: 'A10', computeCapability: '8.6', driver: '2' } },
      { platform: 'win32-x64' },
      { format: 2 },
    ];
    const hashes = changes.map((change) => hashOfKey(planKey(change)));
    expect(new Set(hashes).size).toBe(changes.length);
    const backwards = Object.fromEntries(Object.entries(planKey()).reverse()) as unknown as PlanKey;
    expect(hashOfKey(backwards)).toBe(hashes[0]);
    expect(hashOfKey(planKey({ targets: ['sm89', 'sm86'] }))).toBe(hashes[10]);
    expect(canonicalJson({ b: [{ d: 1, c: undefined, a: null }], a: 'x' })).toBe('{"a":"x","b":[{"a":null,"d":1}]}');
  });
});

/** Makes one byte of a file another. */
function change(path: string, at: number): void {
  const bytes = readFileSync(path);
  const index = at < 0 ? bytes.byteLength + at : at;
  bytes.writeUInt8((bytes[index] as number) ^ 1, index);
  writeFileSync(path, bytes);
}
