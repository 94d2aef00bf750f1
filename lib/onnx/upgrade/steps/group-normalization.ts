import { attribute } from '../../graph/attribute.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { UpgradeStep } from '../step.js';
import type { StepContext } from '../step-context.js';

/** Up to 20 a group had one scale and bias; from 21 on every channel has. */
export const groupNormalizationSteps: UpgradeStep[] = [
  {
    opType: 'GroupNormalization',
    since: 21,
    needs: 3,
    needsOutput: true,
    usesFacts: true,
    reads: { num_groups: 'int' },
    refuse: (node) => (node.int('num_groups', 0) > 0 ? undefined : "it lacks the attribute 'num_groups'"),
    apply(node, context) {
      const [x, scale, bias] = node.inputs as [Value, Value, Value];
      const shape = groupsByChannels(node, x, context);
      const column = context.int64(node, 'column', [-1, 1]);
      const row = context.int64(node, 'row', [-1]);
      const repeat = (value: Value) => {
        const make = (opType: string, input: Value, by: Value) =>
          node.graph.newNode(opType, [input, by], [`${value.name}_channels`], { before: node }).output;
        return make('Reshape', make('Expand', make('Reshape', value, column), shape), row);
      };
      node.setInputs([x, repeat(scale), repeat(bias)]);
      return 'scale and bias are repeated for the channels of a group';
    },
  },
];

/** [groups, channels of one]. */
function groupsByChannels(node: Node, x: Value, context: StepContext): Value {
  const groups = node.int('num_groups', 1);
  const channels = context.dims(x)?.[1];
  if (typeof channels === 'number') return context.int64(node, 'groups', [groups, Math.floor(channels / groups)]);
  const { graph, output } = node;
  const make = (opType: string, inputs: Value[], hint: string, attributes = {}) =>
    graph.newNode(opType, inputs, [`${output.name}_${hint}`], { attributes, before: node }).output;
  const count = context.int64(node, 'groups', [groups]);
  const all = make('Shape', [x], 'channels', { start: attribute.int(1), end: attribute.int(2) });
  return make('Concat', [count, make('Div', [all, count], 'group')], 'shape', { axis: attribute.int(0) });
}
