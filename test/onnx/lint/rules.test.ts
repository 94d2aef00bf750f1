import { describe, expect, test } from 'vitest';
import { lintModel } from '../../../dist/esm/onnx/lint/lint-model.js';
import { lintRules } from '../../../dist/esm/onnx/lint/rules/index.js';
import { onnxModel } from '../../fixtures/onnx-writer.js';
import type { Source } from './cases/case.js';
import { graphCases } from './cases/graph.js';
import { tensorrtCases } from './cases/tensorrt.js';
import { unusedCases } from './cases/unused.js';
import { valuesCases } from './cases/values.js';
import { model, relu, value } from './models.js';

const cases = { ...graphCases, ...tensorrtCases, ...valuesCases, ...unusedCases };

const find = async (source: Source, rule: string) =>
  (await lintModel(typeof source === 'function' ? await source() : source)).filter((finding) => finding.rule === rule);

test('every rule has models that it must object to, and others that it must not', () => {
  expect(Object.keys(cases).sort()).toEqual(lintRules.map(({ name }) => name).sort());
});

describe.each(Object.entries(cases))('%s', (name, { bad, good }) => {
  test.each(bad.map((each, i) => [i + 1, ...each] as const))(
    'finds it (model %i)',
    async (_i, source, message, rest = {}) => {
      const findings = await find(source, name);
      const match = findings.find((finding) => message.test(finding.message));
      expect(match, JSON.stringify(findings)).toMatchObject({ rule: name, ...rest });
      expect(match?.hint).toMatch(/^\S.{10,}/);
    },
  );

  test.each(good.map((source, i) => [i + 1, source] as const))(
    'finds nothing in what is sound (model %i)',
    async (_i, source) => {
      expect(await find(source, name)).toEqual([]);
    },
  );
});

test('a sound model has no findings at all', async () => {
  expect(await lintModel(model([relu]))).toEqual([]);
  expect(
    await lintModel(onnxModel({ inputs: [value('x')], outputs: [value('y')], nodes: [relu], opset: 21 }), {
      deep: true,
    }),
  ).toEqual([]);
});
