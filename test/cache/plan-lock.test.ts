import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isLeft, LockFile, readLock, removeLock } from '../../lib/cache/lock-file.js';
import { isDead, type LockOwner, newOwner, parseOwner } from '../../lib/cache/lock-owner.js';
import { isLocked, lockPath, withPlanLock } from '../../lib/cache/plan-lock.js';
import { hashOfKey } from '../../lib/plan/key.js';
import { failure } from '../support/failure.js';
import { dist, filesIn, planKey } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

const HASH = hashOfKey(planKey());

/** A process that runs a program with the lock; killed with the test. */
function child(program: string): ChildProcess & { text: () => string } {
  const source = `import { withPlanLock } from '${dist('cache/plan-lock.js')}';\n${program}`;
  const started = spawn(process.execPath, ['--input-type=module', '--eval', source], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void started.kill('SIGKILL'));
  let output = '';
  started.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return Object.assign(started, { text: () => output });
}

/** A program that adds to a counter, not at once, as often as asked for; and tells of others that are in there as well. */
const counting = (folder: string, times: number, lock = true) => `
  import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
  import { setTimeout } from 'node:timers/promises';
  const work = async () => {
    try {
      closeSync(openSync('${folder}/inside', 'wx'));
    } catch {
      console.log('met');
    }
    const count = Number(readFileSync('${folder}/count', 'utf8'));
    await setTimeout(3);
    writeFileSync('${folder}/count', String(count + 1));
    rmSync('${folder}/inside', { force: true });
  };
  for (let i = 0; i < ${times}; i++) await ${lock ? `withPlanLock('${folder}', '${HASH}', work)` : 'work()'};
`;

async function count(processes: number, times: number, lock: boolean) {
  const folder = tempFolder();
  writeFileSync(join(folder, 'count'), '0');
  const children = Array.from({ length: processes }, () => child(counting(folder, times, lock)));
  const codes = await Promise.all(children.map((started) => once(started, 'close')));
  const met = children.map((started) => started.text()).join('');
  return { codes, met, count: Number(readFileSync(join(folder, 'count'), 'utf8')), files: filesIn(folder) };
}

/** A process that has the lock and keeps it. */
async function holder(folder: string): Promise<ChildProcess> {
  const started = child(`await withPlanLock('${folder}', '${HASH}', () => {
    console.log('held');
    return new Promise(() => setInterval(() => {}, 1000));
  });`);
  await once(started.stdout as NodeJS.ReadableStream, 'data');
  return started;
}

async function kill(started: ChildProcess): Promise<void> {
  started.kill('SIGKILL');
  await once(started, 'exit');
}

describe('withPlanLock()', () => {
  test('lets one process in at a time, and leaves nothing', { timeout: 60_000 }, async () => {
    const { codes, met, ...rest } = await count(3, 12, true);
    expect(codes).toEqual([[0, null], [0, null], [0, null]]); // biome-ignore format: a list
    expect(met).toBe('');
    expect(rest).toEqual({ count: 36, files: ['count'] });
  });

  test('the count finds processes that meet', { timeout: 60_000 }, async () => {
    const { met, count: counted } = await count(3, 100, false);
    expect(met).toContain('met');
    expect(counted).toBeLessThan(300);
  });

  test('gives the lock of a process that was killed to exactly one of several', { timeout: 60_000 }, async () => {
    const folder = tempFolder();
    await kill(await holder(folder));
    expect(await readLock(lockPath(folder, HASH))).toBeDefined();
    writeFileSync(join(folder, 'count'), '0');
    const children = Array.from({ length: 4 }, () => child(counting(folder, 2)));
    await Promise.all(children.map((started) => once(started, 'close')));
    expect(children.map((started) => started.text()).join('')).toBe('');
    expect(readFileSync(join(folder, 'count'), 'utf8')).toBe('8');
    expect(filesIn(folder)).toEqual(['count']);
  });

  test('waits for a process that lives, says so once, and stops waiting when it is aborted', async () => {
    const folder = tempFolder();
    const started = await holder(folder);
    expect(await isLocked(folder, HASH)).toBe(true);
    let waits = 0;
    const onWait = () => void waits++;
    await expect(
      withPlanLock(folder, HASH, async () => 1, { signal: AbortSignal.timeout(500), onWait }),
    ).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(waits).toBe(1);
    const later = withPlanLock(folder, HASH, async () => 2, { onWait });
    await kill(started);
    expect(await later).toBe(2);
    expect(await isLocked(folder, HASH)).toBe(false);
    expect(filesIn(folder)).toEqual([]);
  });

  test('lets calls of one process in by turns, whatever becomes of those before', async () => {
    const folder = join(tempFolder(), 'new', 'folder');
    const key = planKey();
    const steps: string[] = [];
    let waits = 0;
    const work = (name: string) => async () => {
      steps.push(`${name} begins`);
      await new Promise(setImmediate);
      steps.push(`${name} ends`);
      if (name === 'b') throw new Error('b fails');
      return name;
    };
    const controller = new AbortController();
    const onWait = () => void waits++;
    const results = [
      withPlanLock(folder, key, work('a'), { onWait }),
      withPlanLock(folder, HASH, work('b'), { onWait }),
      withPlanLock(folder, key, work('c'), { onWait, signal: controller.signal }),
      withPlanLock(folder, key, work('d'), { onWait }),
    ];
    controller.abort(new Error('c is not wanted'));
    expect(await Promise.allSettled(results)).toMatchObject([
      { value: 'a' },
      { reason: { message: 'b fails' } },
      { reason: { message: 'c is not wanted' } },
      { value: 'd' },
    ]);
    expect(steps).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'd begins', 'd ends']);
    expect(waits).toBe(3);
    expect(filesIn(folder)).toEqual([]);
    const other = planKey({ version: '2' });
    await withPlanLock(folder, key, () => withPlanLock(folder, other, async () => expect(waits).toBe(3), { onWait }));
    await expect(withPlanLock(folder, key, work('e'), { signal: AbortSignal.abort('never') })).rejects.toBe('never');
    expect(steps).toHaveLength(6);
  });

  test('takes the lock of another machine when it was silent for long enough', async () => {
    const folder = tempFolder();
    const owner: LockOwner = { token: '0123456789abcdef', host: 'another machine', pid: process.pid, started: '1' };
    writeFileSync(lockPath(folder, HASH), JSON.stringify(owner));
    expect(await isLocked(folder, HASH)).toBe(true);
    expect(await withPlanLock(folder, HASH, async () => 'taken', { silentMs: 1 })).toBe('taken');
    writeFileSync(lockPath(folder, HASH), '{"token":');
    expect(await withPlanLock(folder, HASH, async () => 'taken', { silentMs: 1 })).toBe('taken');
    expect(filesIn(folder)).toEqual([]);
  });

  test('says so where the folder cannot be made', async () => {
    const file = join(tempFolder(), 'file');
    writeFileSync(file, '');
    await expect(withPlanLock(join(file, 'plans'), HASH, async () => 1)).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'unwritable' }),
    );
  });
});

describe('removeLock()', () => {
  test('never removes the lock that another took after one that was left behind', async () => {
    const path = lockPath(tempFolder(), HASH);
    const left = await LockFile.take(path);
    const seenByBoth = (await readLock(path))?.token as string;
    expect(seenByBoth).toBe(left?.owner.token);
    expect(await LockFile.take(path)).toBeUndefined();
    // The first of two that saw it removes it and takes its place; then the second comes to remove what it saw.
    expect(await removeLock(path, seenByBoth)).toBe(true);
    const taken = await LockFile.take(path);
    await removeLock(path, seenByBoth);
    expect((await readLock(path))?.token).toBe(taken?.owner.token);
    // Nor does the owner that was silent for too long.
    await left?.release();
    expect((await readLock(path))?.token).toBe(taken?.owner.token);
    await taken?.release();
    expect(filesIn(join(path, '..'))).toEqual([]);
  });

  test('leaves it to somebody else who is doing it', async () => {
    const path = lockPath(tempFolder(), HASH);
    const lock = await LockFile.take(path);
    const token = String(lock?.owner.token);
    writeFileSync(`${path}.${token}`, '');
    expect(await removeLock(path, token)).toBe(false);
    expect(await readLock(path)).toBeDefined();
    await lock?.release();
  });
});

describe('isLeft()', () => {
  test('knows owners that live, that died, and that are silent', async () => {
    const own = await newOwner();
    const state = (owner: LockOwner | undefined) => ({ token: '', owner, renewedMs: 0 });
    expect(await isLeft(state(own), 59_999)).toBe(false);
    expect(await isLeft(state(own), 60_000)).toBe(true);
    expect(await isLeft(state(undefined), 59_999)).toBe(false);
    const other = { ...own, host: 'another' };
    expect(await isLeft(state({ ...other, pid: 2 ** 22 + 1 }), 59_999)).toBe(false);
    expect(await isLeft(state({ ...own, pid: 2 ** 22 + 1 }), 15_000)).toBe(true);
    if (process.platform !== 'linux') return;
    // The number of a process that is another one now, and a process that nobody has waited for.
    expect(await isDead({ ...own, started: '1' }, 0)).toBe(true);
    expect(await isDead(own, 1e9)).toBe(false);
  });

  test('reads only owners that are complete', async () => {
    const own = await newOwner();
    expect(parseOwner(JSON.stringify(own))).toEqual(own);
    for (const text of ['', '{', 'null', '[]', '{"token":"../../etc","host":"","pid":1,"started":""}']) {
      expect(parseOwner(text)).toBeUndefined();
    }
  });
});
