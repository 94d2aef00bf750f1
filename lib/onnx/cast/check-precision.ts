import { NodeTensorRTError } from '../../errors.js';
import type { ModelDescription } from '../describe-model.js';
import type { LowPrecision } from './forms.js';

const IS = {
  fp32: 'is float32',
  fp16: 'is float16 in parts',
  bf16: 'is bfloat16 in parts',
  int8: 'is quantised',
} as const;

/**
 * Throws INVALID_ARGUMENT for a precision that a model cannot be had in: 'fp32' of what has anything else, and one of 16 bits
 * of what has the other one.
 */
export function checkPrecision({ precision: found }: ModelDescription, wanted: 'fp32' | LowPrecision): void {
  const isOther = wanted === 'fp32' || found === 'fp16' || found === 'bf16';
  if (found === wanted || !isOther) return;
  const advice =
    wanted === 'fp32' ? 'leave options.precision out' : 'cast the float32 model, or leave options.precision out';
  const text = `options.precision: '${wanted}' cannot be had of a model that ${IS[found]}; ${advice}`;
  throw new NodeTensorRTError('INVALID_ARGUMENT', text, {
    option: 'options.precision',
    expected: 'a float32 model',
    received: IS[found],
  });
}
