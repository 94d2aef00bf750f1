import { readModel } from '../../../../dist/esm/onnx/file/read-model.js';
import type { Model } from '../../../../dist/esm/onnx/graph/model.js';
import { Tensor } from '../../../../dist/esm/onnx/graph/tensor.js';
import { floats, int64s, model, node, value } from '../models.js';

export type Source = Uint8Array | (() => Model | Promise<Model>);
export interface Case {
  /** Models in which the rule must find something, with a part of what it says. */
  bad: readonly (readonly [
    Source,
    RegExp,
    { severity?: string; for?: string[]; node?: string; value?: string; graph?: string }?,
  ])[];
  /** Models that are much alike, in which it must find nothing. */
  good: readonly Source[];
}

export const branch = (nodes: ReturnType<typeof node>[], output: ReturnType<typeof value>) => ({
  graph: { name: 'branch', nodes, outputs: [output] },
});
export const conditional = (
  thenNode: ReturnType<typeof node>,
  elseNode: ReturnType<typeof node>,
  types = ['float32', 'float32'] as const,
) =>
  model(
    [
      node('If', ['c'], ['y'], {
        name: 'choice',
        attributes: {
          then_branch: branch([thenNode], value(thenNode.outputs[0] ?? '', types[0])),
          else_branch: branch([elseNode], value(elseNode.outputs[0] ?? '', types[1])),
        },
      }),
    ],
    { inputs: [value('x'), value('c', 'bool', [])] },
  );
export const image = value('x', 'float32', ['N', 3, 8, 8]);
export const anything = value('y', 'float32', ['N', 'a', 'b', 'c']);
export const pool = (
  op: string,
  attributes: Record<string, { int: number } | { ints: number[] } | { string: string }>,
  outputs = ['y'],
) =>
  model([node(op, ['x'], outputs, { attributes: { kernel_shape: { ints: [2, 2] }, ...attributes } })], {
    inputs: [image],
    outputs: [anything],
  });
export const resize = (
  attributes: Record<string, { int: number } | { string: string }>,
  scales = floats('s', [1, 1, 2, 2]),
) =>
  model([node('Resize', ['x', '', 's'], ['y'], { attributes })], {
    opset: 18,
    inputs: [image],
    outputs: [anything],
    initializers: [scales],
  });
export const loop = (condition: string) =>
  model(
    [
      node('Loop', ['n', condition, 'x'], ['y'], {
        attributes: {
          body: {
            graph: {
              inputs: [value('i', 'int64', []), value('go', 'bool', []), value('v')],
              outputs: [value('again', 'bool', []), value('w')],
              nodes: [node('Identity', ['go'], ['again']), node('Relu', ['v'], ['w'])],
            },
          },
        },
      }),
    ],
    {
      inputs: [value('x')],
      initializers: [int64s('n', [3], []), { name: 'c', type: 'bool', dims: [], data: Uint8Array.of(1) }],
    },
  );
export const weight = (tensor: ReturnType<typeof floats>) =>
  model([node('Add', ['x', 'w'], ['y'])], { initializers: [tensor] });

/** A model that was read, and changed to what the writer of the fixtures does not write. */
export const changed = (source: Uint8Array, change: (model: Model) => void) => async () => {
  const read = await readModel(source);
  change(read);
  return read;
};
export const large = (bytes: number) =>
  new Tensor('uint8', [bytes], {
    byteLength: bytes,
    bytes: undefined,
    read: async () => new Uint8Array(),
    async *chunks() {},
  });
