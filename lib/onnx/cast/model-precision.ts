import { NodeTensorRTError } from '../../errors.js';
import type { Model } from '../graph/model.js';

/** What a graph computes in: float32 all over, or what else it has. */
export type ModelPrecision = 'fp32' | 'fp16' | 'bf16' | 'int8';

const QUANTISED = /^(QuantizeLinear|DequantizeLinear|QLinear\w+|DynamicQuantizeLinear|MatMulInteger|ConvInteger)$/;

/** 'int8' where it is quantised in parts; 'fp16' or 'bf16' where it has values of that type. */
export function precisionOf(model: Model): ModelPrecision {
  for (const node of model.nodes()) if (QUANTISED.test(node.opType)) return 'int8';
  for (const graph of model.graphs()) {
    for (const { elementType } of graph.values) {
      if (elementType === 'float16') return 'fp16';
      if (elementType === 'bfloat16') return 'bf16';
    }
  }
  return 'fp32';
}

const IS = { fp16: 'is float16 in parts', bf16: 'is bfloat16 in parts', int8: 'is quantised' } as const;

/** Throws INVALID_ARGUMENT where float32 is asked for and the graph has something else. */
export function checkFloat32(found: ModelPrecision): void {
  if (found === 'fp32') return;
  const text = `options.precision: 'fp32' cannot be had of a model that ${IS[found]}; leave options.precision out`;
  throw new NodeTensorRTError('INVALID_ARGUMENT', text, {
    option: 'options.precision',
    expected: 'a float32 model',
    received: IS[found],
  });
}
