/** Who is to take the model: the ONNX standard itself (and whoever follows it), NVIDIA's two libraries, or the CPU backend. */
export const lintTargets = ['onnx', 'cpu', 'tensorrt', 'tensorrt-rtx'] as const;

export type LintTarget = (typeof lintTargets)[number];

/** From worst to mildest. error: a target refuses the model or computes something else. */
export const severities = ['error', 'warning', 'info'] as const;

export type LintSeverity = (typeof severities)[number];

/** Something about a model that its owner should know. */
export interface LintFinding {
  /** Name of the rule, in kebab-case: see docs/onnx-lint.md. */
  readonly rule: string;
  readonly severity: LintSeverity;
  /** What is so, and what follows from it. */
  readonly message: string;
  /** What to do about it. */
  readonly hint: string;
  /** For whom it matters. */
  readonly for: readonly LintTarget[];
  /** Name of the node, or of its first output where it has none. */
  readonly node?: string;
  /** Its operator, with the domain before it where it is not ONNX's own. */
  readonly operator?: string;
  /** Name of the value (an input, output, constant). */
  readonly value?: string;
  /** Name of the graph, where it is a branch, a loop body or a function. */
  readonly graph?: string;
}
