import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { LintContext } from './context.js';
import type { LintSeverity, LintTarget } from './finding.js';
import type { TensorStats } from './tensor-stats.js';

/** What a rule has found. */
export interface Problem {
  readonly message: string;
  readonly hint: string;
  readonly node?: Node | undefined;
  readonly value?: Value | undefined;
  readonly graph?: Graph | undefined;
  /** @default the rule's */
  readonly severity?: LintSeverity;
  /** @default the rule's */
  readonly for?: readonly LintTarget[];
}

/** A constant of a model, and where it is. */
export interface ConstantPlace {
  readonly tensor: Tensor;
  /** The initialiser, or what the Constant node produces. */
  readonly value: Value | undefined;
  /** The node that has it as an attribute. */
  readonly node: Node | undefined;
  readonly graph: Graph;
}

export type Problems = Iterable<Problem>;

/** Looks for one kind of problem. One file each; `rules/index.ts` has the list. */
export interface LintRule {
  /** In kebab-case. */
  readonly name: string;
  /** Unless a problem says otherwise. */
  readonly severity: LintSeverity;
  /** For whom it matters: the rule is left out where none of them is asked for. */
  readonly for: readonly LintTarget[];
  /** What it finds, in one sentence; docs/onnx-lint.md has it as well. */
  readonly summary: string;
  /** Looks at the model as a whole. */
  model?(context: LintContext): Problems;
  /** Looks at each graph: the model's, branches, loop bodies, and those of functions. */
  graph?(graph: Graph, context: LintContext): Problems;
  /** Looks at each node of all graphs. An attribute of a wrong kind may throw: the linter reports it. */
  node?(node: Node, context: LintContext): Problems;
  /** Looks at each constant. `stats` is undefined for large ones, unless all weights are read (`deep`). */
  constant?(place: ConstantPlace, stats: TensorStats | undefined, context: LintContext): Problems;
}

export const everyone: readonly LintTarget[] = ['onnx', 'cpu', 'tensorrt', 'tensorrt-rtx'];
export const nvidia: readonly LintTarget[] = ['tensorrt', 'tensorrt-rtx'];
