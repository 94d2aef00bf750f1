import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { readUserKey, userKey, userKeyPath } from '../../lib/plan/user-key.js';
import { failure, rejection } from '../support/failure.js';
import { dist, filesIn } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

describe('userKey()', () => {
  test('is made once, for this user alone, in folders that need not be there', async () => {
    const path = join(tempFolder(), 'a', 'b', 'plan.key');
    expect(await readUserKey(path)).toBeUndefined();
    const key = await userKey(path);
    expect(key).toHaveLength(32);
    expect(await userKey(path)).toEqual(key);
    expect(await readUserKey(path)).toEqual(key);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(filesIn(join(path, '..'))).toEqual(['plan.key']);
    expect(await userKey(join(tempFolder(), 'other.key'))).not.toEqual(key);
  });

  test('is the same for processes that make it at once', async () => {
    const folder = tempFolder();
    const path = join(folder, 'plan.key');
    const start = Date.now() + 1500;
    const program = `
      import { userKey } from '${dist('plan/user-key.js')}';
      while (Date.now() < ${start});
      const keys = await Promise.all([userKey(), userKey(), userKey()]);
      console.log(keys.map((key) => key.toString('hex')).join('\\n'));
    `;
    const env = { ...process.env, NODE_TENSORRT_KEY_FILE: path };
    const run = promisify(execFile);
    const runs = Array.from({ length: 4 }, () =>
      run(process.execPath, ['--input-type=module', '--eval', program], { env }),
    );
    const keys = (await Promise.all(runs)).flatMap(({ stdout }) => stdout.trim().split('\n'));
    expect(keys).toHaveLength(12);
    expect(new Set(keys)).toEqual(new Set([readFileSync(path).toString('hex')]));
    expect(filesIn(folder)).toEqual(['plan.key']);
  });

  test.skipIf(process.platform === 'win32').each(['604', '620', '640', '660', '644', '610'])(
    'of mode %s is refused, with what mends it',
    async (mode) => {
      const path = join(tempFolder(), 'plan.key');
      await userKey(path);
      chmodSync(path, Number.parseInt(mode, 8));
      const error = await rejection(userKey(path));
      expect(error).toEqual(failure('INVALID_ARGUMENT', { reason: 'key-file', path }));
      expect(error.message).toContain(`(mode ${mode})`);
      expect(error.message).toContain(`chmod 600 '${path}'`);
      chmodSync(path, 0o400);
      expect(await userKey(path)).toHaveLength(32);
    },
  );

  test.each([0, 31, 33])('of %d bytes is refused', async (bytes) => {
    const path = join(tempFolder(), 'plan.key');
    writeFileSync(path, new Uint8Array(bytes), { mode: 0o600 });
    await expect(userKey(path)).rejects.toThrow(new RegExp(`has ${bytes} bytes, and a key has 32`));
  });

  test('that is no file, or cannot be made, is refused', async () => {
    const folder = tempFolder();
    mkdirSync(join(folder, 'folder'));
    await expect(userKey(join(folder, 'folder'))).rejects.toEqual(failure('INVALID_ARGUMENT', { reason: 'key-file' }));
    writeFileSync(join(folder, 'file'), '');
    await expect(userKey(join(folder, 'file', 'plan.key'))).rejects.toEqual(failure('INVALID_ARGUMENT'));
    symlinkSync(join(folder, 'gone'), join(folder, 'dangling.key'));
    await expect(userKey(join(folder, 'dangling.key'))).rejects.toThrow(/link to nothing/);
    expect(filesIn(folder)).toEqual(['dangling.key', 'file', 'folder']);
  });
});

describe('userKeyPath()', () => {
  test('is where the system keeps settings, outside of the cache', () => {
    expect(userKeyPath({ NODE_TENSORRT_KEY_FILE: '/keys/mine' })).toBe(join('/', 'keys', 'mine'));
    if (process.platform !== 'linux') return;
    expect(userKeyPath({ XDG_CONFIG_HOME: '/config' })).toBe('/config/node-tensorrt/plan.key');
    expect(userKeyPath({})).toMatch(/\/\.config\/node-tensorrt\/plan\.key$/);
  });
});

describe('a key that cannot be made', () => {
  test('says where it may be instead', async () => {
    // A folder in which nobody makes files, root neither.
    await expect(userKey('/proc/none/plan.key')).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'key-file', option: 'NODE_TENSORRT_KEY_FILE' }),
    );
  });
});
