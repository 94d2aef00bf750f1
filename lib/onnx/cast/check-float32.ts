import { NodeTensorRTError } from '../../errors.js';
import type { ModelDescription } from '../describe-model.js';

const IS = { fp16: 'is float16 in parts', bf16: 'is bfloat16 in parts', int8: 'is quantised' } as const;

/** Throws INVALID_ARGUMENT where float32 is asked for and the graph has something else. */
export function checkFloat32({ precision }: Pick<ModelDescription, 'precision'>): void {
  if (precision === 'fp32') return;
  const text = `options.precision: 'fp32' cannot be had of a model that ${IS[precision]}; leave options.precision out`;
  throw new NodeTensorRTError('INVALID_ARGUMENT', text, {
    option: 'options.precision',
    expected: 'a float32 model',
    received: IS[precision],
  });
}
