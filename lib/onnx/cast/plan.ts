import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import type { LowPrecision } from './forms.js';

/** Why a node stays float32: stable words for programs, beside the text. */
export type KeepCode =
  | 'excluded'
  | 'no-form'
  | 'control-flow'
  | 'rule'
  | 'sensitive'
  | 'weight-overflows'
  | 'weight-vanishes'
  | 'overflows'
  | 'vanishes'
  | 'not-finite'
  | 'quantisation'
  | 'between-float32';

/** What becomes of a node. */
export type Decision =
  | { readonly precision: LowPrecision; readonly reason: string }
  | { readonly precision: 'fp32'; readonly code: KeepCode; readonly reason: string; readonly value?: string }
  /** It has no float32 input or output. */
  | { readonly precision: 'none' };

/** Decisions by node, and what they make of values. */
export class CastPlan {
  readonly decisions = new Map<Node, Decision>();

  constructor(readonly to: LowPrecision) {}

  isLow(node: Node | undefined): boolean {
    return node !== undefined && this.decisions.get(node)?.precision === this.to;
  }

  keep(node: Node, code: KeepCode, reason: string, value?: Value): void {
    this.decisions.set(node, { precision: 'fp32', code, reason, ...(value && { value: value.name }) });
  }

  lower(node: Node, reason = ''): void {
    this.decisions.set(node, { precision: this.to, reason });
  }
}

/** float32 inputs of a node that become low with it, by index. */
export function lowInputs(node: Node, float32Inputs: readonly number[] = []): { index: number; value: Value }[] {
  // Cast takes anything, and Range, ConstantOfShape and the like take no values.
  if (node.is('Cast')) return [];
  return node.inputs.flatMap((value, index) =>
    value?.elementType === 'float32' && !float32Inputs.includes(index) ? [{ index, value }] : [],
  );
}

/** float32 outputs of a node that become low with it, by index. */
export function lowOutputs(node: Node, float32Outputs: readonly number[] = []): { index: number; value: Value }[] {
  return node.outputs.flatMap((value, index) =>
    value?.elementType === 'float32' && !float32Outputs.includes(index) ? [{ index, value }] : [],
  );
}
