import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { type Matrix, runMatrix, targets } from '../../scripts/lib/nvidia/matrix.mjs';
import { checkedModels } from '../../scripts/lib/nvidia/models.mjs';
import { matrixPage, withoutTimes } from '../../scripts/lib/nvidia/page.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { programs } from './programs.js';

let matrix: Matrix;
beforeAll(async () => {
  matrix = await runMatrix(programs);
});

const row = (index: number) => {
  const found = matrix.rows[index];
  if (!found) throw new Error(`there is no row ${index}`);
  return found;
};

describe.each(checkedModels.map(({ name }, index) => ({ name, index })))('$name', ({ name, index }) => {
  test('is parsed by TensorRT, with the batch open', () => {
    const { parsed, model } = row(index);
    expect(parsed).toMatchObject({ ok: true, refused: [] });
    expect(parsed.inputs.map((input) => input.name)).toEqual([model.input]);
    for (const { dims } of [...parsed.inputs, ...parsed.outputs]) expect(dims[0]).toBe(-1);
  });

  test.each(targets.filter((target) => target !== 'sm75'))('is built by TensorRT-RTX for %s', (target) => {
    const build = row(index).builds.find((candidate) => candidate.target === target);
    expect(build).toMatchObject({ ok: true, errors: [] });
    expect(build?.phases.every(({ finished }) => finished)).toBe(true);
  });

  test('is built for sm75 only if it has no FP32 matrix product', () => {
    const build = row(index).builds.find(({ target }) => target === 'sm75');
    if (name === 'PP-OCRv4 detection') expect(build).toMatchObject({ ok: true, errors: [] });
    else expect(build).toMatchObject({ ok: false, errors: [expect.stringContaining('FP32 GEMM is not supported')] });
  });
});

// Another TensorRT than the pinned one may have other layers.
test.skipIf(process.env.TENSORRT_ROOT)('docs/tensorrt-matrix.md is what the libraries say', () => {
  const written = withoutTimes(readFileSync(path.join(root, 'docs', 'tensorrt-matrix.md'), 'utf8'));
  const found = withoutTimes(matrixPage(matrix, ''));
  // Plans differ in size from build to build, by less than this.
  const size = /\d+\.\d(?= MB)/g;
  expect(written.replace(size, '…')).toBe(found.replace(size, '…'));
  const sizes = (page: string) => (page.match(size) ?? []).map(Number);
  expect(sizes(found).length).toBeGreaterThan(20);
  for (const [i, megabytes] of sizes(found).entries()) {
    expect(Math.abs(megabytes - (sizes(written)[i] ?? 0)) / megabytes).toBeLessThan(0.1);
  }
});
