import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import { type LintRule, nvidia, type Problems } from '../rule.js';

export const tensorrtControlFlow: LintRule = {
  name: 'tensorrt-control-flow',
  severity: 'error',
  for: nvidia,
  summary: 'If, Loop or Scan in a form that TensorRT refuses: branches of different types, a loop without a condition.',
  *node(node) {
    if (node.is('If')) yield* branches(node);
    if (node.is('Loop') && !node.inputs[1]) {
      yield {
        message: `${printable(node.label)} has no condition as an input, which TensorRT refuses`,
        hint: 'Give it one that is true: an initialiser of type bool as its second input.',
        node,
      };
    }
  },
};

function* branches(node: Node): Problems {
  const then = node.subgraph('then_branch')?.outputs ?? [];
  const other = node.subgraph('else_branch')?.outputs ?? [];
  for (const [i, a] of then.entries()) {
    const b = other[i];
    if (!b?.elementType || !a.elementType || a.elementType === b.elementType) continue;
    yield {
      message: `${printable(node.label)} returns ${a.elementType} from one branch and ${b.elementType} from the other`,
      hint: 'Cast one of them in its branch.',
      node,
    };
  }
}
