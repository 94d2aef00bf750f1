// Models that the programs of `fixtures/` load.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { matmul16 } from '../../fixtures/models.js';
import { onnxModel } from '../../fixtures/onnx-writer.js';

/** zeros of the shape that is asked for: float32 [shape[0]]. */
const zeros = () =>
  onnxModel({
    inputs: [{ name: 'shape', type: 'int64', dims: [1] }],
    outputs: [{ name: 'zeros', type: 'float32', dims: ['N'] }],
    nodes: [{ op: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] }],
  });

/** y = x + the size of a constant that is far too large to be computed. */
const hugeConstant = () =>
  onnxModel({
    inputs: [{ name: 'x', type: 'int64', dims: [] }],
    outputs: [{ name: 'y', type: 'int64', dims: [] }],
    nodes: [
      { op: 'ConstantOfShape', inputs: ['shape'], outputs: ['zeros'] },
      { op: 'Size', inputs: ['zeros'], outputs: ['size'] },
      { op: 'Add', inputs: ['size', 'x'], outputs: ['y'] },
    ],
    initializers: [{ name: 'shape', type: 'int64', dims: [1], data: BigInt64Array.of(1n << 44n) }],
  });

export function writeModels(folder: string): void {
  writeFileSync(join(folder, 'model.onnx'), matmul16());
  writeFileSync(join(folder, 'zeros.onnx'), zeros());
  writeFileSync(join(folder, 'huge-constant.onnx'), hugeConstant());
}

/** What use.mjs, use.cjs and use.ts print. */
export const rightAnswer = {
  row: Array.from({ length: 16 }, (_, column) => column + 1),
  dims: [16, 16],
  usesPool: true,
};

/** What exceptions.mjs prints. */
export const rightErrors = {
  refused: 'MODEL_INVALID',
  foldedTooLarge: 'OUT_OF_MEMORY',
  exhausted: ['OUT_OF_MEMORY'],
  after: ['0,0,0,0'],
};
