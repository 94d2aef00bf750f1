import type { Node } from '../graph/node.js';
import type { StepContext } from './step-context.js';

/** Kinds of attributes that steps take. */
export type TakenKind = 'int' | 'ints' | 'float' | 'floats' | 'string' | 'graph';

/** What a version of ONNX's operator set changed incompatibly in one operator, and how nodes are brought over. */
export interface UpgradeStep {
  readonly opType: string;
  /** The version of the operator set that changed it. */
  readonly since: number;
  /** Attributes that become inputs. In a function they may come from its caller. */
  readonly moves?: Readonly<Record<string, TakenKind>>;
  /** Attributes whose value decides what is done. */
  readonly reads?: Readonly<Record<string, TakenKind>>;
  /** How many of the first inputs a node must have. @default 1 */
  readonly needs?: number;
  /** Whether a node must have its first output, and not only others. */
  readonly needsOutput?: boolean;
  /** Whether it asks for types or shapes, which are inferred then. */
  readonly usesFacts?: boolean;
  /**
   * Why a node cannot be brought over, and what to do about it. Asked before anything is changed, of nodes as the model
   * has them; `apply` may rely on it.
   */
  refuse?(node: Node, context: StepContext): string | undefined;
  /** Brings a node over. Returns what was done, in a few words, or undefined where nothing had to be. Never throws. */
  apply(node: Node, context: StepContext): string | undefined;
}

/** The same step for several operators. */
export function stepsFor(opTypes: readonly string[], step: Omit<UpgradeStep, 'opType'>): UpgradeStep[] {
  return opTypes.map((opType) => ({ ...step, opType }));
}
