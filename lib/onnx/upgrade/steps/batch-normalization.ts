import { attribute } from '../../graph/attribute.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { UpgradeStep } from '../step.js';
import type { StepContext } from '../step-context.js';

export const batchNormalizationSteps: UpgradeStep[] = [
  {
    opType: 'BatchNormalization',
    since: 9,
    needsOutput: true,
    usesFacts: true,
    reads: { spatial: 'int', epsilon: 'float' },
    needs: 5,
    refuse(node, context) {
      if (node.int('spatial', 1) !== 0) return undefined;
      if (isTraining(node))
        return 'spatial = 0 cannot be trained from operator set 9 on; take its outputs but the first out';
      return context.refuseScalar(node.inputs[0]);
    },
    apply(node, context) {
      if (!node.attributes.has('spatial')) return undefined;
      if (node.int('spatial', 1) === 0) return perElement(node, context);
      node.set('spatial', undefined);
      return 'spatial is gone, being what all do';
    },
  },
  {
    opType: 'BatchNormalization',
    since: 14,
    refuse({ outputs }) {
      const used = outputs.slice(3).find((output) => output && !output.isUnused);
      if (!used) return undefined;
      return `its output '${used.name}' is in use, and operator set 14 has no saved mean and variance; take what uses it out`;
    },
    apply(node) {
      const saved = node.outputs.slice(3);
      const training = isTraining(node);
      node.setOutputs(training ? node.outputs.slice(0, 3) : node.outputs.slice(0, 1));
      for (const value of saved) if (value) node.graph.forget(value);
      if (!training) return undefined;
      node.set('training_mode', attribute.int(1));
      return 'training_mode is stated: it has more than one output';
    },
  },
];

/** Before 14 a node with outputs of statistics was one that is trained. */
function isTraining({ outputs }: Node): boolean {
  return outputs.slice(1).some((output) => output);
}

/** spatial = 0: statistics, scale and bias of every element, which no BatchNormalization has any more. */
function perElement(node: Node, context: StepContext): string {
  const { graph, output } = node;
  const [x, scale, bias, mean, variance] = node.inputs as Value[];
  const epsilon = context.scalar(node, 'epsilon', node.float('epsilon', 1e-5), x as Value);
  const make = (opType: string, inputs: readonly (Value | undefined)[], hint: string) =>
    graph.newNode(opType, inputs, [`${output.name}_${hint}`], { before: node }).output;
  const deviation = make('Sqrt', [make('Add', [variance, epsilon], 'variance')], 'deviation');
  const factor = make('Div', [scale, deviation], 'factor');
  const scaled = make('Mul', [make('Sub', [x, mean], 'centered'), factor], 'scaled');
  node.setOutputs([]);
  graph.newNode('Add', [scaled, bias], [output], { name: node.name || 'Add', before: node });
  node.remove();
  return 'spatial = 0: written as Sub, Mul and Add';
}
