import type { Node } from '../graph/node.js';
import { lowPrecisionForms } from './low-precision-forms.js';

/** A floating-point format of 16 bits: float16 (5 bits of exponent, 11 of fraction) or bfloat16 (8 and 8). */
export type LowPrecision = 'fp16' | 'bf16';

/** How an operator of ONNX is written in a low precision. */
export interface LowPrecisionForm {
  readonly fp16?: FormVersion;
  readonly bf16?: FormVersion;
}

interface FormVersion {
  /** The first version of the operator set in which it exists. */
  readonly since: number;
  /** Inputs and outputs that are float32 all the same. */
  readonly float32Inputs?: readonly number[];
  readonly float32Outputs?: readonly number[];
}

/** How a node is written in a precision; undefined: there is no such form, in whatever operator set. */
export function formOf(node: Node, to: LowPrecision): FormVersion | undefined {
  return node.domain === '' && Object.hasOwn(lowPrecisionForms, node.opType)
    ? lowPrecisionForms[node.opType]?.[to]
    : undefined;
}

/** Element type of a precision. */
export function elementTypeFor(to: LowPrecision): 'float16' | 'bfloat16' {
  return to === 'fp16' ? 'float16' : 'bfloat16';
}
