import { attribute } from '../../graph/attribute.js';
import { Graph } from '../../graph/graph.js';
import type { Node } from '../../graph/node.js';
import type { UpgradeStep } from '../step.js';

/**
 * Scan of 8 ran through a batch, and in it through sequences. That of 9 runs through one axis: two of them, one in the
 * other, do the same.
 */
export const scanSteps: UpgradeStep[] = [
  {
    opType: 'Scan',
    since: 9,
    needs: 0,
    reads: { body: 'graph', num_scan_inputs: 'int', directions: 'ints' },
    refuse(node) {
      if (node.inputs[0]) {
        return `it has sequence lengths ('${node.inputs[0].name}'), which operator set 9 has not; make all sequences as long`;
      }
      const body = node.subgraph('body');
      if (!body || !node.attributes.has('num_scan_inputs')) return 'it lacks body or num_scan_inputs';
      const given = node.inputs.length - 1;
      if (body.inputs.length === given && given > 0) return undefined;
      return `its body takes ${body.inputs.length} values, but it has ${given}`;
    },
    apply: nest,
  },
];

function nest(node: Node): string | undefined {
  const body = node.subgraph('body');
  const count = node.int('num_scan_inputs', 0);
  if (!body) return undefined;
  const batch = new Graph(node.graph.names);
  batch.name = `${body.name}_batch`;
  batch.adopt(node);
  const inputs = body.inputs.map((input) => batch.newValue(`${input.name}_batch`));
  for (const input of inputs) batch.addInput(input);
  const inner = batch.newNode(
    'Scan',
    inputs,
    body.outputs.map((output) => `${output.name}_batch`),
    {
      name: node.name || 'Scan',
      attributes: {
        body: attribute.graph(body),
        num_scan_inputs: attribute.int(count),
        scan_input_directions: node.attributes.get('directions'),
      },
    },
  );
  for (const output of inner.outputs) if (output) batch.addOutput(output);
  node.set('directions', undefined);
  node.set('body', attribute.graph(batch));
  node.set('num_scan_inputs', attribute.int(inputs.length));
  node.setInputs(node.inputs.slice(1));
  return 'is two, one in the other: through the batch, and through the sequence';
}
