import type { Model } from '../onnx/graph/model.js';
import type { Node } from '../onnx/graph/node.js';
import type { Value } from '../onnx/graph/value.js';
import { inferTypes } from '../onnx/infer/infer-types.js';

/** Something that a GPU cannot do, with the nodes that want it. */
export interface TargetProblem {
  readonly target: string;
  readonly rule: 'fp32-matrix-product' | 'bfloat16';
  readonly nodes: readonly { readonly name: string; readonly op: string }[];
  readonly text: string;
  /** What to do. */
  readonly hint: string;
}

/** Operators that are matrix products, or have one in them. */
const PRODUCTS = ['MatMul', 'Gemm', 'Einsum', 'Attention', 'LSTM', 'GRU', 'RNN'];

/** Whether targets refuse anything that models have. Newer GPUs do all of it. */
export function areLimited(targets: readonly string[]): boolean {
  return targets.includes('sm75');
}

/**
 * What the targets of a TensorRT-RTX build are known to refuse (docs/tensorrt-matrix.md): float32 matrix products on
 * Turing, bfloat16 below 8.0. Sets element types of the model's values.
 */
export async function targetProblems(model: Model, targets: readonly string[]): Promise<readonly TargetProblem[]> {
  if (!areLimited(targets)) return [];
  await inferTypes(model);
  const ofType = (values: readonly (Value | undefined)[], type: string) =>
    values.some((value) => value?.elementType === type);
  const nodes = [...model.graph.allNodes()];
  const products = nodes.filter(
    (node) => node.domain === '' && PRODUCTS.includes(node.opType) && ofType(node.inputs, 'float32'),
  );
  const low = nodes.filter((node) => ofType([...node.inputs, ...node.outputs], 'bfloat16'));
  const problems: TargetProblem[] = [];
  if (products.length > 0) {
    problems.push({
      target: 'sm75',
      rule: 'fp32-matrix-product',
      nodes: products.map(named),
      text: 'TensorRT-RTX has no float32 matrix products for Turing (sm75)',
      hint: "Build with precision: 'fp16' (node-tensorrt build --precision fp16), or without sm75.",
    });
  }
  if (low.length > 0) {
    problems.push({
      target: 'sm75',
      rule: 'bfloat16',
      nodes: low.map(named),
      text: 'Turing (sm75) has no bfloat16, which begins with sm80',
      hint: "Cast the float32 model with precision: 'fp16' instead, or build without sm75.",
    });
  }
  return problems;
}

function named(node: Node): { name: string; op: string } {
  return { name: node.name || node.outputs.find(Boolean)?.name || '', op: node.opType };
}
