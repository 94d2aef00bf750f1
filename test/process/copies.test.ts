import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const env = useModels('matmul16', 'mlp');

it('works as ES module and as CommonJS in one process and in its workers, with one set of native pools', async () => {
  const child = await runChild('copies.mjs', { env });
  expectEnding(child);
  expect(child.reports).toEqual([{ copies: 2, workers: 2 }]);
});

it('works twice in one process when the package is installed twice', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-second-'));
  try {
    const root = fileURLToPath(new URL('../..', import.meta.url));
    for (const part of ['package.json', 'dist', 'build/Release/node_tensorrt.node']) {
      cpSync(join(root, part), join(folder, part), { recursive: true });
    }
    symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
    const child = await runChild('two-addons.mjs', { args: [folder], env });
    expectEnding(child);
    expect(child.reports).toEqual([{ left: [0, 0] }]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
