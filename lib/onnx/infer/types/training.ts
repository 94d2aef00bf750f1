import { type Fact, typeOnly } from '../fact.js';
import type { NodeView } from '../node-view.js';
import { ruleTable } from './rule.js';

/** Element types of the outputs of 'ai.onnx.preview.training'. */
export const trainingTypes = ruleTable({
  // Inputs: rate, step, then groups as long as there are optimised tensors: X, gradients, states. Outputs: X, states.
  'Adagrad Momentum': (view) => optimizer(view, [0, 2]),
  Adam: (view) => optimizer(view, [0, 2, 3]),
  // Of the tensors in `xs`, which are the first inputs.
  Gradient: (view) => view.node.outputs.map((_, i) => typeOnly(view.inputs[i])),
});

function optimizer(view: NodeView, groups: readonly number[]): (Fact | undefined)[] {
  const tensors = Math.floor((view.inputs.length - 2) / (groups.length + 1));
  return groups.flatMap((group) =>
    Array.from({ length: tensors }, (_, i) => typeOnly(view.inputs[2 + group * tensors + i])),
  );
}
