import { execFileSync, spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { externalAdd, withExternalData } from '../fixtures/models.js';
import { type ChildResult, expectEnding, runChild } from './harness/child.js';

const root = mkdtempSync(join(tmpdir(), 'node-tensorrt-hostile-'));
const folder = join(root, 'model');
const hasStrace = spawnSync('strace', ['-V']).status === 0;
const isLinux = process.platform === 'linux';

/** Name of a model, and the location that it gives for its data. */
const locations = {
  traversal: '../secret.bin',
  inner: 'deep/../../secret.bin',
  absolute: join(root, 'secret.bin'),
  link: 'link.bin',
  parent: 'linked/secret.bin',
  hard: 'hard.bin',
  fifo: 'fifo.bin',
  device: '/dev/zero',
  folder: 'deep',
  slash: 'weights.bin/',
  memory: '*/_ORT_MEM_ADDR_/*',
  native: '*/_ORT_NATIVE_ENDIAN_MEM_ADDR_/*',
};

/** What none of the models may have opened. */
const forbidden = /secret\.bin|link\.bin|hard\.bin|fifo\.bin|\/dev\/zero|MEM_ADDR/;

beforeAll(() => {
  mkdirSync(join(folder, 'deep'), { recursive: true });
  writeFileSync(join(root, 'secret.bin'), new Float32Array([1, 2, 3, 4]));
  symlinkSync('../secret.bin', join(folder, 'link.bin'));
  symlinkSync('..', join(folder, 'linked'));
  linkSync(join(root, 'secret.bin'), join(folder, 'hard.bin'));
  if (isLinux) execFileSync('mkfifo', [join(folder, 'fifo.bin')]);
  for (const [name, location] of Object.entries(locations)) {
    writeFileSync(join(folder, `${name}.onnx`), externalAdd({ location, offset: 0, length: 16 }));
  }
  withExternalData(join(root, 'good'));
  const good = externalAdd({ location: 'weights.bin', offset: 0, length: 16 });
  writeFileSync(join(folder, 'good.onnx'), good);
  writeFileSync(join(folder, 'weights.bin'), readFileSync(join(root, 'good', 'weights.bin')));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function trace(fixture: string): Promise<{ child: ChildResult; opened: string[] }> {
  const file = join(root, 'trace');
  const wrapper = ['strace', '-f', '-qq', '-s', '4096', '-e', 'trace=open,openat,openat2', '-o', file];
  const child = await runChild(fixture, { env: { HOSTILE: folder }, wrapper, deadlineMs: 120_000 });
  return { child, opened: readFileSync(file, 'utf8').split('\n').filter(Boolean) };
}

describe.skipIf(!isLinux || (!hasStrace && process.env['CI'] !== 'true'))('models that reach outside', () => {
  it('are refused before anything that they name is opened', { timeout: 150_000 }, async () => {
    const { child, opened } = await trace('hostile.mjs');
    expectEnding(child);
    const { refused } = child.reports[0] as { refused: string[] };
    // From a file, from bytes, in a probe; the good one is refused from bytes only, for want of its data.
    expect(refused).toHaveLength(Object.keys(locations).length * 3 + 1);
    expect(refused).toContain('traversal.onnx external-data-outside-folder');
    expect(refused).toContain('hard.onnx external-data-hard-linked');
    expect(refused).toContain('fifo.onnx external-data-not-a-file');
    expect(refused).toContain('memory.onnx memory-address');
    expect(opened.filter((call) => forbidden.test(call))).toEqual([]);
    expect(opened.some((call) => call.includes('weights.bin'))).toBe(true);
  });

  it('finds a file that was opened all the same', async () => {
    const { child, opened } = await trace('opens-outside.mjs');
    expectEnding(child);
    expect(opened.filter((call) => forbidden.test(call)).join('\n')).toContain('secret.bin');
  });
});
