import { printable } from '../../file/external-location.js';
import type { ElementType } from '../../graph/element-types.js';
import type { Node } from '../../graph/node.js';
import type { LintContext } from '../context.js';
import type { LintRule } from '../rule.js';
import { castForFloat16, withoutBfloat16 } from '../tables/cpu-kernels.js';

export const cpuKernel: LintRule = {
  name: 'cpu-kernel',
  severity: 'error',
  for: ['cpu'],
  summary: 'The CPU backend does not run the operator with bfloat16, or runs it with float16 by casts, which is slow.',
  *model(context) {
    const cast = new Map<string, number>();
    for (const node of context.model.nodes()) {
      if (!castForFloat16.has(node.opType) || !takes('float16', node, context)) continue;
      cast.set(node.opType, (cast.get(node.opType) ?? 0) + 1);
    }
    const count = [...cast.values()].reduce((sum, each) => sum + each, 0);
    if (count === 0) return;
    const most = [...cast].sort((a, b) => b[1] - a[1]).slice(0, 5);
    yield {
      message: `${count} nodes with float16 are computed in float32, with casts around them: ${most.map(([name, n]) => `${name} ${n}`).join(', ')}`,
      hint: 'For the CPU keep the float32 model; float16 is for GPUs.',
      severity: 'info',
    };
  },
  *node(node, context) {
    if (!withoutBfloat16.has(node.opType) || !takes('bfloat16', node, context)) return;
    yield {
      message: `${printable(node.label)} computes with bfloat16, for which the CPU backend has no kernel: it refuses the model`,
      hint: 'For the CPU keep the float32 model; castModel leaves float32 what exclude.opTypes names.',
      node,
    };
  },
};

function takes(type: ElementType, node: Node, context: LintContext): boolean {
  return node.domain === '' && node.inputs.some((value) => context.elementType(value) === type);
}
