import type { LowPrecision } from './forms.js';
import type { CastPlan, KeepCode } from './plan.js';

/** What became of a node. */
export interface CastNodeReport {
  /** Its name; in files of others it may be empty or shared. */
  readonly node: string;
  readonly opType: string;
  /** 'fp32': it computes in float32. */
  readonly precision: LowPrecision | 'fp32';
  /** Why it stays float32, as a stable word; undefined for what was cast. */
  readonly code?: KeepCode;
  /** The same for people; of what was cast only where an option decided. */
  readonly reason: string;
  /** The value that decided. */
  readonly value?: string;
}

/** What casting did. */
export interface CastReport {
  readonly to: LowPrecision;
  /** Nodes that compute in the low precision. */
  readonly low: number;
  /** Nodes that compute in float32. */
  readonly fp32: number;
  /** Nodes without float32 values: of whole numbers, or of a low precision that the model had already. */
  readonly other: number;
  /** Cast nodes that were put in. */
  readonly casts: number;
  /** All nodes of `low` and `fp32`, in the order of the graph. */
  readonly nodes: readonly CastNodeReport[];
}

export function castReport(plan: CastPlan, casts: number): CastReport {
  const nodes: CastNodeReport[] = [];
  let other = 0;
  for (const [node, decision] of plan.decisions) {
    if (decision.precision === 'none') {
      other++;
      continue;
    }
    nodes.push({ node: node.name, opType: node.opType, ...decision });
  }
  const low = nodes.filter(({ precision }) => precision === plan.to).length;
  return { to: plan.to, low, fp32: nodes.length - low, other, casts, nodes };
}
