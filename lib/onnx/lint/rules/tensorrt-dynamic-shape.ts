import { printable } from '../../file/external-location.js';
import { type LintRule, nvidia } from '../rule.js';

export const tensorrtDynamicShape: LintRule = {
  name: 'tensorrt-dynamic-shape',
  severity: 'info',
  for: nvidia,
  summary:
    'The size of a result depends on the values of a tensor, not on shapes alone: no CUDA graph, and memory for the largest case.',
  *node(node, context) {
    const at = node.domain === '' && Object.hasOwn(sized, node.opType) ? sized[node.opType] : undefined;
    if (at === undefined) return;
    // Where the size is an input of the node, it must depend on what the model is given.
    if (at >= 0 && !context.isRuntime(node.inputs[at])) return;
    yield {
      message: `the size of what ${printable(node.label)} returns depends on values${at >= 0 ? ` of '${printable(node.inputs[at]?.name ?? '')}'` : ''}`,
      hint: 'If a fixed number will do, use that (TopK instead of NonZero, a constant shape); else such a model runs without CUDA graphs.',
      node,
    };
  },
};

/** Operators whose results have sizes that values decide: by which input, or -1: by what they find. */
const sized: Readonly<Record<string, number>> = {
  ...{ NonZero: -1, NonMaxSuppression: -1 },
  ...{ ConstantOfShape: 0, Expand: 1, Reshape: 1, Tile: 1, TopK: 1, Pad: 1, OneHot: 1, Range: 1, Slice: 2 },
};
