import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { cache, Engine, NodeTensorRTError } from 'node-tensorrt';
import { describe, expect, onTestFinished, test } from 'vitest';
import { addPlan } from '../../lib/cache/add-plan.js';
import { findPlan } from '../../lib/cache/find-plan.js';
import { cacheFolders, defaultCacheFolder } from '../../lib/cache/folders.js';
import { LockFile } from '../../lib/cache/lock-file.js';
import { lockPath } from '../../lib/cache/plan-lock.js';
import { hashOfKey } from '../../lib/plan/key.js';
import { mlp } from '../fixtures/models.js';
import { failure } from '../support/failure.js';
import { filesIn, newUser, payloadFile, planDraft, planKey } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

const keyOf = (version: string) => planKey({ version });
const hash = (version: string) => hashOfKey(keyOf(version));
const DAY = 24 * 3600;

/** A cache with a plan for each version; the first was used longest ago, one day before the next. */
async function filled(...versions: string[]) {
  newUser();
  const dir = tempFolder();
  const { plans } = cacheFolders(dir);
  for (const version of versions) await add(plans, version);
  for (const [i, version] of versions.entries()) usedDaysAgo(plans, version, versions.length - i);
  return { dir, plans };
}

function add(plans: string, version: string, maxBytes?: number) {
  const header = planDraft({ version });
  const limit = maxBytes === undefined ? {} : { maxBytes };
  return addPlan(plans, keyOf(version), { payload: payloadFile(100_000), header, ...limit });
}

function usedDaysAgo(plans: string, version: string, days: number): void {
  const time = Date.now() / 1000 - days * DAY;
  utimesSync(join(plans, `${hash(version)}.plan`), time - DAY, time - DAY);
  utimesSync(join(plans, `${hash(version)}.used`), time, time);
}

const versions = async (dir: string) => (await cache.list({ dir })).map(({ version }) => version);
const size = (plans: string, version: string) => statSync(join(plans, `${hash(version)}.plan`)).size;

describe('addPlan()', () => {
  test('makes room by removing what was not used for longest', async () => {
    const { dir, plans } = await filled('1', '2', '3');
    await findPlan(plans, keyOf('1'), '');
    await add(plans, '4', 3 * size(plans, '1') + 10);
    expect((await versions(dir)).sort()).toEqual(['1', '3', '4']);
    expect(filesIn(plans)).toHaveLength(6);
  });

  test('keeps what it has just added, also where it is too large', async () => {
    const { dir, plans } = await filled('1', '2');
    await add(plans, '3', 0);
    expect(await versions(dir)).toEqual(['3']);
  });

  test('removes none that somebody works on', async () => {
    const { dir, plans } = await filled('1', '2');
    const lock = await LockFile.take(lockPath(plans, hash('1')));
    await add(plans, '3', 0);
    expect(await versions(dir)).toEqual(['3', '1']);
    await lock?.release();
    await add(plans, '3', 0);
    expect(await versions(dir)).toEqual(['3']);
  });

  test('takes its limit from NODE_TENSORRT_CACHE_BYTES', async () => {
    onTestFinished(() => void delete process.env['NODE_TENSORRT_CACHE_BYTES']);
    const { dir, plans } = await filled('1', '2');
    process.env['NODE_TENSORRT_CACHE_BYTES'] = String(2 * size(plans, '1'));
    await add(plans, '3');
    expect(await versions(dir)).toEqual(['3', '2']);
    process.env['NODE_TENSORRT_CACHE_BYTES'] = 'a lot';
    await expect(add(plans, '4')).rejects.toEqual(failure('INVALID_ARGUMENT', { option: 'NODE_TENSORRT_CACHE_BYTES' }));
    await expect(add(plans, '4', -1)).rejects.toEqual(failure('OUT_OF_RANGE', { option: 'options.cacheBytes' }));
    expect(await versions(dir)).toEqual(['3', '2']);
  });

  test('leaves nothing where it is aborted, or its folder cannot be made', async () => {
    const { dir, plans } = await filled('1');
    const controller = new AbortController();
    const plan = { payload: payloadFile(8_000_000), header: planDraft() };
    const adding = addPlan(plans, keyOf('2'), plan, controller.signal);
    setImmediate(() => controller.abort('enough'));
    await expect(adding).rejects.toBe('enough');
    expect(await versions(dir)).toEqual(['1']);
    expect(filesIn(plans)).toHaveLength(2);
    writeFileSync(join(dir, 'file'), '');
    await expect(add(join(dir, 'file', 'plans'), '1')).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'unwritable' }),
    );
  });
});

describe('cache.prune()', () => {
  test('removes what was not used for longest until the rest is within the limit', async () => {
    const { dir, plans } = await filled('1', '2', '3');
    const each = size(plans, '1');
    expect(await cache.prune({ dir })).toEqual({ removed: [], removedBytes: 0, kept: 3, keptBytes: 3 * each });
    const report = await cache.prune({ dir: pathToFileURL(dir), maxBytes: 2 * each });
    expect(report).toMatchObject({ removed: [{ version: '1' }], removedBytes: each, kept: 2, keptBytes: 2 * each });
    expect(await versions(dir)).toEqual(['3', '2']);
  });

  test('removes what was not used for a time, or everything', async () => {
    const { dir, plans } = await filled('1', '2', '3');
    await cache.prune({ dir, olderThanMs: 2.5 * DAY * 1000 });
    expect(await versions(dir)).toEqual(['3', '2']);
    await cache.prune({ dir, all: true });
    expect(filesIn(plans)).toEqual([]);
  });

  test('clears what processes that died have left, and nothing that is in use or not ours', async () => {
    const { dir, plans } = await filled('1');
    const left = [`.${hash('2')}.plan.0123456789ab.tmp`, `${hash('2')}.used`, `${hash('2')}.lock`];
    const kept = [
      `.${hash('3')}.plan.0123456789ab.tmp`,
      `${hash('3')}.lock`,
      'notes.txt',
      `${hash('3').slice(1)}.plan`,
    ];
    for (const name of [...left, ...kept]) writeFileSync(join(plans, name), '');
    for (const name of [...left, 'notes.txt']) utimesSync(join(plans, name), 1000, 1000);
    await cache.prune({ dir });
    expect(filesIn(plans)).toEqual([...kept, `${hash('1')}.plan`, `${hash('1')}.used`].sort());
  });

  test.each<[object, string, string]>([
    [{ maxBytes: -1 }, 'OUT_OF_RANGE', 'options.maxBytes'],
    [{ maxBytes: '5GiB' }, 'INVALID_ARGUMENT', 'options.maxBytes'],
    [{ olderThanMs: -1 }, 'INVALID_ARGUMENT', 'options.olderThanMs'],
    [{ olderThanMs: '30d' }, 'INVALID_ARGUMENT', 'options.olderThanMs'],
    [{ all: 1 }, 'INVALID_ARGUMENT', 'options.all'],
    [{ everything: true }, 'INVALID_ARGUMENT', 'options.everything'],
    [{ dir: 7 }, 'INVALID_ARGUMENT', 'options.dir'],
  ])('refuses %j', async (options, code, option) => {
    await expect(cache.prune({ dir: tempFolder(), ...options })).rejects.toEqual(failure(code, { option }));
  });
});

describe('cache.list() and cache.verify()', () => {
  test('have plans and derived models, and find what is wrong with them', async () => {
    const { dir, plans } = await filled('1', '2');
    const model = join(tempFolder(), 'mlp.onnx');
    writeFileSync(model, mlp({ layers: 1, width: 16 }));
    for (let i = 0; i < 2; i++) {
      await (await Engine.load(model, { precision: 'fp16', cacheDir: dir, threads: 1 })).close();
    }
    const entries = await cache.list({ dir });
    expect(entries).toMatchObject([
      { kind: 'model', model: 'mlp.onnx', precision: 'fp16', ok: true },
      {
        kind: 'plan',
        model: 'model.onnx',
        precision: 'fp32',
        backend: 'tensorrt-rtx',
        version: '2',
        targets: ['sm86'],
      },
      { kind: 'plan', version: '1', key: hash('1'), createdAt: '2026-08-01T10:00:00.000Z', ok: true },
    ]);
    expect(existsSync(join(dir, `${entries[0]?.key}.used`))).toBe(true);
    expect(await cache.verify({ dir })).toEqual(entries);
    // Bytes that only a reading of the whole finds.
    for (const { path } of entries.slice(0, 2)) flipLast(path);
    expect((await cache.list({ dir })).map(({ ok }) => ok)).toEqual([true, true, true]);
    const found = await cache.verify({ dir, remove: true });
    const wrong = found.filter(({ ok }) => !ok).sort((a, b) => (a.kind < b.kind ? -1 : 1));
    expect(wrong).toMatchObject([
      { kind: 'model', problem: expect.stringContaining('is damaged') },
      { kind: 'plan', version: '2', problem: expect.stringContaining('is damaged') },
    ]);
    expect(await versions(dir)).toEqual(['1']);
    expect(filesIn(plans)).toEqual([`${hash('1')}.plan`, `${hash('1')}.used`]);
    await expect(cache.verify({ dir, signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });

  test("has what is not this user's, what is no plan, and what has no report", async () => {
    const { dir, plans } = await filled('1');
    newUser();
    writeFileSync(join(plans, `${'e'.repeat(64)}.plan`), 'no plan');
    writeFileSync(join(dir, `${'f'.repeat(64)}.onnx`), 'no report');
    const entries = await cache.list({ dir });
    expect(entries.filter(({ ok }) => !ok).map(({ key }) => key[0])).toEqual(expect.arrayContaining(['e', 'f']));
    const problems = (await cache.verify({ dir })).map(({ problem }) => problem).join('\n');
    expect(problems).toMatch(/not a plan of node-tensorrt/);
    expect(problems).toMatch(/ENOENT/);
    expect(problems).toMatch(/is signed by the user with key/);
  });

  test('refuse a folder that is not there, and prune everything or by rules', async () => {
    const none = join(tempFolder(), 'none');
    for (const look of [cache.list({ dir: none }), cache.prune({ dir: none }), cache.verify({ dir: none })]) {
      await expect(look).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', details: { option: 'options.dir' } });
    }
    await expect(cache.prune({ dir: tempFolder(), all: true, olderThanMs: 5 })).rejects.toMatchObject({
      details: { option: 'options.all' },
    });
    await expect(cache.list({ folder: '' } as never)).rejects.toBeInstanceOf(NodeTensorRTError);
  });
});

describe('cache.verify({ remove: true })', () => {
  test('leaves plans alone that are only of another user, and removes none for what is wrong with the key', async () => {
    const { dir, plans } = await filled('1', '2');
    newUser();
    const found = await cache.verify({ dir, remove: true });
    expect(found.map(({ ok, reason }) => [ok, reason])).toEqual([
      [false, 'untrusted'],
      [false, 'untrusted'],
    ]);
    expect(await versions(dir)).toHaveLength(2);
    const key = newUser();
    writeFileSync(key, 'a key that others can read, of 32', { mode: 0o644 });
    await expect(cache.verify({ dir, remove: true })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'key-file' }),
    );
    expect(filesIn(plans)).toHaveLength(4);
  });

  test('removes models that are not as they were written, and those that do not say', async () => {
    const { dir } = await filled();
    mkdirSync(dir, { recursive: true });
    const [cut, bare, wrong] = ['a', 'b', 'c'].map((letter) => join(dir, `${letter.repeat(64)}.onnx`)) as [
      string,
      string,
      string,
    ];
    for (const model of [cut, bare, wrong]) writeFileSync(model, 'a model');
    writeFileSync(`${cut}.json`, '{ "sha256": ');
    writeFileSync(`${wrong}.json`, JSON.stringify({ sha256: '0'.repeat(64), report: { to: 'fp16' }, name: 'm.onnx' }));
    const listed = await cache.list({ dir });
    expect(listed.map(({ ok, precision }) => [ok, precision]).sort()).toEqual([
      [false, ''],
      [false, ''],
      [true, 'fp16'],
    ]);
    const controller = new AbortController();
    controller.abort(new Error('enough'));
    await expect(cache.verify({ dir, signal: controller.signal })).rejects.toThrow('enough');
    expect((await cache.verify({ dir, remove: true })).every(({ ok }) => !ok)).toBe(true);
    expect(filesIn(dir).filter((name) => name.includes('.onnx'))).toEqual([]);
  });
});

test('folders of builds whose process died go after a day', async () => {
  const { dir, plans } = await filled('1');
  for (const [name, hours] of [
    ['.node-tensorrt-build-old', 25],
    ['.node-tensorrt-build-new', 1],
  ] as const) {
    mkdirSync(join(plans, name));
    writeFileSync(join(plans, name, 'plan'), 'half of a plan');
    const time = Date.now() / 1000 - hours * 3600;
    for (const path of [join(plans, name, 'plan'), join(plans, name)]) utimesSync(path, time, time);
  }
  await cache.prune({ dir });
  expect(filesIn(plans).filter((name) => name.startsWith('.node-tensorrt-build'))).toEqual([
    '.node-tensorrt-build-new',
  ]);
});

describe('cacheFolders()', () => {
  test('has plans beside the models, or within a folder that was asked for', () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'plans'));
    expect(cacheFolders(folder, {})).toEqual({ models: folder, plans: join(folder, 'plans') });
    expect(cacheFolders(undefined, { NODE_TENSORRT_CACHE_DIR: folder })).toEqual(cacheFolders(folder, {}));
    const { models, plans } = cacheFolders(undefined, { XDG_CACHE_HOME: folder, LOCALAPPDATA: folder });
    expect(models).toBe(defaultCacheFolder({ XDG_CACHE_HOME: folder, LOCALAPPDATA: folder }));
    expect(join(plans, '..')).toBe(join(models, '..'));
  });
});

function flipLast(path: string): void {
  const bytes = readFileSync(path);
  bytes.writeUInt8((bytes.at(-1) as number) ^ 1, bytes.byteLength - 1);
  writeFileSync(path, bytes);
}
