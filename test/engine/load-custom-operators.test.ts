import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customOperator } from '../fixtures/hostile-models.js';
import { f32, load, numbers } from '../support/engines.js';
import { failure } from '../support/failure.js';

const folder = mkdtempSync(join(tmpdir(), 'node-tensorrt-operators-'));
const library = join(folder, 'operators.so');
let sha256 = '';

/** Compiled here, because a library of operators is code of the user's, not of the package. */
beforeAll(() => {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const headers = execFileSync(process.execPath, [join(root, 'scripts/lib/headers-path.mjs')], { encoding: 'utf8' });
  const source = join(root, 'test/fixtures/custom-operator.cc');
  const flags = ['-std=c++20', '-O1', '-fPIC', '-shared', '-fvisibility=hidden', '-Wno-unused-parameter'];
  execFileSync(process.env['CXX'] ?? 'c++', [...flags, `-I${headers.trim()}`, source, '-o', library]);
  sha256 = createHash('sha256').update(readFileSync(library)).digest('hex');
}, 120_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('options.customOperators', () => {
  test('gives the model the operators of a library', async () => {
    const engine = await load(customOperator(), { customOperators: [{ path: library, sha256 }] });
    expect(numbers(await engine.run({ x: f32([41]) }), 'y')).toEqual([42]);
  });

  test('are loaded in the probe as well', async () => {
    await load(customOperator(), { customOperators: [{ path: library, sha256: sha256.toUpperCase() }], probe: true });
  });

  test('a model cannot use operators that were not given', async () => {
    await expect(load(customOperator())).rejects.toEqual(failure('MODEL_INVALID'));
  });

  test('refuses a library with another hash, before it is opened', async () => {
    const other = '0'.repeat(64);
    const wrong = load(customOperator(), { customOperators: [{ path: library, sha256: other }] });
    const option = 'options.customOperators[0].sha256';
    await expect(wrong).rejects.toEqual(failure('INVALID_ARGUMENT', { option, received: `"${other}"` }));
  });

  test('refuses what is not there, and what is no library', async () => {
    const none = join(folder, 'none.so');
    await expect(load(customOperator(), { customOperators: [{ path: none, sha256 }] })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.customOperators[0].path' }),
    );
    const text = join(folder, 'text.so');
    writeFileSync(text, 'text');
    const hash = createHash('sha256').update('text').digest('hex');
    await expect(load(customOperator(), { customOperators: [{ path: text, sha256: hash }] })).rejects.toEqual(
      failure('INVALID_ARGUMENT'),
    );
  });
});
