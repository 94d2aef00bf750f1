// What the linter says for TensorRT, compared with what NVIDIA's own parser says of the same models.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { lintModel } from '../../dist/esm/onnx/lint/lint-model.js';
import { onnxOperators } from '../../dist/esm/onnx/lint/tables/onnx-operators.js';
import { tensorrtOperators } from '../../dist/esm/onnx/lint/tables/tensorrt-operators.js';
import { parseCheck } from '../../scripts/lib/nvidia/checks.mjs';
import { checkedModels } from '../../scripts/lib/nvidia/models.mjs';
import { askOperators, operatorsModule } from '../../scripts/lib/nvidia/operators.mjs';
import { ensureOnnxCases, onnxCasesDir } from '../../scripts/lib/onnx-cases.mjs';
import { root } from '../../scripts/lib/paths.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { mlp } from '../fixtures/models.js';
import { programs } from './programs.js';

// Another TensorRT than the pinned one may know others.
test.skipIf(process.env.TENSORRT_ROOT)('the table of operators is what the parsers answer', async () => {
  const table = await askOperators(programs, onnxOperators, mlp({ layers: 1, width: 16 }));
  const file = path.join(root, 'lib', 'onnx', 'lint', 'tables', 'tensorrt-operators.ts');
  const plain = (text: string) => text.replace(/\s+/g, ' ');
  expect(plain(readFileSync(file, 'utf8'))).toBe(plain(operatorsModule(table)));
  for (const flavour of ['tensorrt', 'tensorrt-rtx'] as const) {
    expect([...tensorrtOperators[flavour].names].sort()).toEqual(table[flavour].names);
    expect(tensorrtOperators[flavour].names.size).toBeGreaterThan(140);
  }
});

/** Refused by the parser for what the linter has no rule for, or takes for a warning only. */
const beyondRules = [
  // The plugin library is not there: the rule tensorrt-plugin warns.
  /^test_(basic_deform_conv|deform_conv|roialign|scatter_elements_with_(duplicate|reduction_(max|min)))/,
  // Shapes that only a run of the parser finds out.
  /^test_affine_grid_[23]d(_align_corners)?_expanded$/,
  /^test_(matmul_1d_3d|range_float_type_positive_delta_expanded)$/,
  // 4-bit tensors with an odd number of elements, double random numbers, bounds of int8 that are left out.
  /^test_(dequantizelinear_(float4e2m1|int4)|bernoulli_expanded|clip_default_int8_inbounds)$/,
];
/** Read by the parser, with a warning, as something else: the linter calls it an error. */
const misread = /^test_quantizelinear(_axis|_blocked_asymmetric)?$/;

describe('lintModel() for TensorRT, of every operator case of ONNX', () => {
  const cases = new Map<string, { parsed: boolean; text: string; errors: string[] }>();
  beforeAll(async () => {
    await ensureOnnxCases((await findTools()).tools.python);
    const names = readdirSync(onnxCasesDir);
    for (let i = 0; i < names.length; i += 100) {
      const some = names.slice(i, i + 100);
      const files = some.map((name) => path.join(onnxCasesDir, name, 'model.onnx'));
      const { models } = await parseCheck(programs, files);
      for (const [k, name] of some.entries()) {
        const { ok, refused, errors: texts } = models[k] as (typeof models)[number];
        const findings = await lintModel(files[k] as string, { for: ['tensorrt'] });
        const errors = findings
          .filter(({ severity }) => severity === 'error')
          .map(({ rule, message }) => `${rule}: ${message}`);
        cases.set(name, { parsed: ok, text: refused[0]?.text ?? texts[0] ?? '', errors });
      }
    }
  }, 600_000);

  test('has an error for what the parser refuses', () => {
    const missed = [...cases].filter(
      ([name, { parsed, errors }]) => !parsed && errors.length === 0 && !beyondRules.some((rule) => rule.test(name)),
    );
    expect(missed.map(([name, { text }]) => `${name}: ${text}`)).toEqual([]);
    expect([...cases.values()].filter(({ parsed, errors }) => !parsed && errors.length > 0).length).toBeGreaterThan(
      700,
    );
  });

  test('has none for what the parser reads', () => {
    const wrong = [...cases].filter(([name, { parsed, errors }]) => parsed && errors.length > 0 && !misread.test(name));
    expect(wrong.map(([name, { errors }]) => `${name}: ${errors[0]}`)).toEqual([]);
    expect([...cases.values()].filter(({ parsed }) => parsed).length).toBeGreaterThan(850);
  });

  test('has excuses for cases that need them only', () => {
    const excused = [...cases].filter(([name]) => beyondRules.some((rule) => rule.test(name)));
    expect(excused.filter(([, { parsed, errors }]) => parsed || errors.length > 0).map(([name]) => name)).toEqual([]);
  });
});

// matrix.test.ts has the parser read them, and the builder build engines of them.
test.each(checkedModels.map(({ name, file }) => ({ name, file })))(
  'lintModel() has no error for $name',
  async ({ file }) => {
    const findings = await lintModel(file, { deep: true });
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    expect(findings.length).toBeGreaterThan(0);
  },
);
