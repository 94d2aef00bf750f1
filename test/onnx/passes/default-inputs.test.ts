import { expect, test } from 'vitest';
import { defaultInputs } from '../../../dist/esm/onnx/passes/default-inputs.js';
import { applyPass, float, floats, weights } from '../../support/onnx-graphs.js';

const given = {
  opset: 8,
  inputs: [float('x', [2]), float('w', [2])],
  outputs: [float('y', [2])],
  initializers: [weights('w', [2])],
  nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
};

test('initialisers of an old model are no inputs any more', async () => {
  const { model, changed } = await applyPass(defaultInputs, { ...given, irVersion: 3 }, { x: floats(2) });
  expect(changed).toBe(1);
  expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x']);
  expect(model.irVersion).toBe(4);
});

test('an input with a default of a newer model stays one', async () => {
  const { model, changed } = await applyPass(defaultInputs, { ...given, irVersion: 4 }, { x: floats(2) });
  expect(changed).toBe(0);
  expect(model.graph.inputs.map(({ name }) => name)).toEqual(['x', 'w']);
});
