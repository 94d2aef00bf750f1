import { attribute } from '../../graph/attribute.js';
import type { Node } from '../../graph/node.js';
import type { Value } from '../../graph/value.js';
import type { Dim } from '../../graph/value-type.js';
import { stepsFor, type UpgradeStep } from '../step.js';
import type { StepContext } from '../step-context.js';

/** Up to 12 the axes from `axis` on were one; from 13 on only `axis` counts, and its default is the last. */
export const softmaxSteps: UpgradeStep[] = stepsFor(['Softmax', 'LogSoftmax', 'Hardmax'], {
  since: 13,
  needsOutput: true,
  usesFacts: true,
  reads: { axis: 'int' },
  apply(node, context) {
    const [x] = node.inputs;
    if (!x) return undefined;
    const axis = node.int('axis', 1);
    const only = onlyAxis(axis, context.dims(x));
    if (only !== undefined) {
      node.set('axis', attribute.int(only));
      return only === axis ? undefined : `axis is ${only}`;
    }
    flatten(node, x, axis, context);
    return `Flatten and Reshape around it: the axes from ${axis} on are one`;
  },
});

/** The one axis that the values run along, if there is but one. */
function onlyAxis(axis: number, dims: readonly Dim[] | undefined): number | undefined {
  if (axis === -1) return -1;
  if (dims === undefined) return undefined;
  const first = axis < 0 ? axis + dims.length : axis;
  if (first === dims.length - 1) return axis;
  const long = dims.flatMap((dim, i) => (i >= first && dim !== 1 ? [i] : []));
  return long.length <= 1 ? (long[0] ?? first) : undefined;
}

function flatten(node: Node, x: Value, axis: number, context: StepContext): void {
  const { graph, output } = node;
  const before = { before: node };
  const shape = constantShape(context.dims(x));
  const dims = shape
    ? context.int64(node, 'shape', shape)
    : graph.newNode('Shape', [x], [`${output.name}_shape`], before).output;
  const flat = graph.newNode('Flatten', [x], [`${output.name}_flat`], {
    ...before,
    attributes: { axis: attribute.int(axis) },
  });
  node.setInputs([flat.output]);
  node.set('axis', attribute.int(-1));
  const result = graph.newValue(`${output.name}_result`);
  node.setOutputs([result]);
  // Sizes of 0 are meant as such where the operator can say so.
  const attributes = shape || context.to < 14 ? {} : { allowzero: attribute.int(1) };
  graph.newNode('Reshape', [result, dims], [output], { attributes, after: node });
}

/** A shape with at most one size that is not known. */
function constantShape(dims: readonly Dim[] | undefined): number[] | undefined {
  if (!dims || dims.includes(0)) return undefined;
  const shape = dims.map((dim) => (typeof dim === 'number' ? dim : -1));
  return shape.filter((dim) => dim === -1).length <= 1 ? shape : undefined;
}
