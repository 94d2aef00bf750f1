import { expect, test } from 'vitest';
import { onnxOperators, operatorVersions } from '../../../dist/esm/onnx/lint/tables/onnx-operators.js';
import { operators } from '../../fixtures/onnx-operators.js';
import { useOnnxReference } from '../../support/onnx-reference.js';
import { model, node, value } from './models.js';

const reference = useOnnxReference();

test('the table of operators has all of ONNX', () => {
  const missing = operators.filter((name) => !onnxOperators.includes(name));
  expect(missing).toEqual([]);
});

test('the first operator set of each operator is the first that onnx.checker knows', async () => {
  // Of those without attributes that must be given: the checker names the operator only where it has none.
  for (const name of ['Relu', 'Erf', 'Round', 'HardSwish', 'Mish', 'Gelu', 'Sign', 'IsNaN', 'Not', 'Det', 'Swish']) {
    const { since } = operatorVersions(name) ?? { since: 0 };
    const type = name === 'Not' ? 'bool' : 'float32';
    const of = (opset: number) =>
      model([node(name, ['x'], ['y'])], {
        opset,
        irVersion: 10,
        inputs: [value('x', type, [1, 2, 2])],
        outputs: [value('y', type, [1, 2, 2])],
      });
    const unknown = /No Op registered for/;
    expect((await reference.check(of(since), { full: false })) ?? '', name).not.toMatch(unknown);
    if (since > 1) expect((await reference.check(of(since - 1), { full: false })) ?? '', name).toMatch(unknown);
  }
});
