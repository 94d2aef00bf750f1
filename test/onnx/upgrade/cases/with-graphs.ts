import type { OnnxValue } from '../../../fixtures/onnx-writer.js';
import { floats, int64, type UpgradeCase } from './case.js';

const value = (name: string, ...dims: (number | string)[]): OnnxValue => ({ name, type: 'float32', dims });
const bool = (data: number) => ({ type: 'bool' as const, dims: [], data: Uint8Array.of(data) });

/** Sums of a sequence, and what each was before; old nodes inside. */
const scanBody = {
  name: 'running',
  inputs: [value('sum', 1, 2), value('part', 2)],
  outputs: [value('next', 1, 2), value('seen', 1, 2)],
  nodes: [
    { op: 'Unsqueeze', inputs: ['part'], outputs: ['row'], attributes: { axes: { ints: [0] } } },
    { op: 'Add', inputs: ['sum', 'row'], outputs: ['raw'] },
    { op: 'Clip', inputs: ['raw'], outputs: ['next'], attributes: { max: { float: 2 } } },
    { op: 'Identity', inputs: ['sum'], outputs: ['seen'] },
  ],
};

/** Old nodes in graphs of nodes and in functions. */
export const withGraphs: UpgradeCase[] = [
  ...[false, true].map(
    (isBackwards): UpgradeCase => ({
      title: `Scan of 8, ${isBackwards ? 'backwards' : 'forwards'}`,
      model: {
        opset: 8,
        inputs: [value('start', 2, 1, 2), value('x', 2, 3, 2)],
        outputs: [value('last', 2, 1, 2), value('all', 2, 3, 1, 2)],
        nodes: [
          {
            op: 'Scan',
            inputs: ['', 'start', 'x'],
            outputs: ['last', 'all'],
            attributes: {
              body: { graph: scanBody },
              num_scan_inputs: { int: 1 },
              ...(isBackwards && { directions: { ints: [1] } }),
            },
          },
        ],
      },
      inputs: { start: floats(2, 1, 2), x: floats(2, 3, 2) },
      becomes: ['Scan'],
      converter: 'wrong',
    }),
  ),
  ...[1, 0].map(
    (condition): UpgradeCase => ({
      title: `If of 9 with old nodes, ${condition ? 'then' : 'else'}`,
      model: {
        opset: 9,
        inputs: [{ name: 'c', type: 'bool', dims: [] }, value('x', 'N', 3, 2)],
        outputs: [{ name: 'y', type: 'float32' }],
        nodes: [
          {
            op: 'If',
            inputs: ['c'],
            outputs: ['y'],
            attributes: {
              then_branch: {
                graph: { outputs: [value('a', 'N', 3, 2)], nodes: [{ op: 'Softmax', inputs: ['x'], outputs: ['a'] }] },
              },
              else_branch: {
                graph: {
                  outputs: [value('b', 'N', 3, 2)],
                  nodes: [
                    {
                      op: 'Pad',
                      inputs: ['x'],
                      outputs: ['b'],
                      attributes: { pads: { ints: [0, 1, 0, 0, -1, 0] }, value: { float: -1 } },
                    },
                  ],
                },
              },
            },
          },
        ],
      },
      inputs: { c: bool(condition), x: floats(2, 3, 2) },
      becomes: ['If'],
    }),
  ),
  {
    title: 'Loop of 10 with old nodes',
    model: {
      opset: 10,
      inputs: [value('x', 1, 4)],
      outputs: [
        { name: 'y', type: 'float32' },
        { name: 'all', type: 'float32' },
      ],
      initializers: [
        { ...int64([], [3]), name: 'times' },
        { ...bool(1), name: 'go' },
      ],
      nodes: [
        {
          op: 'Loop',
          inputs: ['times', 'go', 'x'],
          outputs: ['y', 'all'],
          attributes: {
            body: {
              graph: {
                inputs: [
                  { name: 'i', type: 'int64', dims: [] },
                  { name: 'on', type: 'bool', dims: [] },
                  value('state', 1, 4),
                ],
                outputs: [{ name: 'on_out', type: 'bool', dims: [] }, value('state_out', 1, 4), value('total', 1, 1)],
                nodes: [
                  { op: 'Identity', inputs: ['on'], outputs: ['on_out'] },
                  { op: 'Clip', inputs: ['state'], outputs: ['low'], attributes: { max: { float: 0.5 } } },
                  { op: 'Add', inputs: ['low', 'x'], outputs: ['state_out'] },
                  { op: 'ReduceSum', inputs: ['state_out'], outputs: ['total'], attributes: { axes: { ints: [1] } } },
                ],
              },
            },
          },
        },
      ],
    },
    inputs: { x: floats(1, 4) },
    becomes: ['Loop'],
  },
  {
    title: 'Softmax of 11 behind nodes that tell its rank',
    model: {
      opset: 11,
      inputs: [value('x', 'N', 'C', 'H', 'W')],
      outputs: [{ name: 'y', type: 'float32' }],
      initializers: [
        { ...int64([1], [-1]), name: 'rest' },
        { ...int64([1], [0]), name: 'zero' },
        { ...int64([1], [1]), name: 'one' },
        { ...floats(12, 4), name: 'w' },
        { ...floats(4), name: 'b' },
      ],
      nodes: [
        { op: 'Shape', inputs: ['x'], outputs: ['shape'] },
        { op: 'Slice', inputs: ['shape', 'zero', 'one'], outputs: ['batch'] },
        { op: 'Concat', inputs: ['batch', 'rest'], outputs: ['flat'], attributes: { axis: { int: 0 } } },
        { op: 'Reshape', inputs: ['x', 'flat'], outputs: ['rows'] },
        { op: 'MatMul', inputs: ['rows', 'w'], outputs: ['product'] },
        { op: 'Add', inputs: ['product', 'b'], outputs: ['sum'] },
        { op: 'Unsqueeze', inputs: ['sum'], outputs: ['wide'], attributes: { axes: { ints: [1] } } },
        { op: 'Transpose', inputs: ['wide'], outputs: ['turned'], attributes: { perm: { ints: [1, 0, 2] } } },
        { op: 'Softmax', inputs: ['turned'], outputs: ['y'], attributes: { axis: { int: 2 } } },
      ],
    },
    inputs: { x: floats(2, 3, 2, 2) },
    becomes: ['Shape', 'Slice', 'Concat', 'Reshape', 'MatMul', 'Add', 'Unsqueeze', 'Transpose', 'Softmax'],
  },
];
