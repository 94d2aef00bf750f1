import { attribute } from '../../graph/attribute.js';
import type { Node } from '../../graph/node.js';
import { Tensor } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { UpgradeStep } from '../step.js';
import type { StepContext } from '../step-context.js';

/** Upsample and Resize. Up to 10 they took the pixel at `output position / scale`, without saying so. */
export const resizeSteps: UpgradeStep[] = [
  {
    opType: 'Upsample',
    since: 9,
    moves: { scales: 'floats' },
    refuse: ({ attributes }) =>
      attributes.has('scales') ? undefined : "it lacks the attribute 'scales', which it needs before operator set 9",
    apply(node, context) {
      node.setInputs([node.inputs[0], context.take(node, 'scales')]);
      return 'scales is an input';
    },
  },
  {
    opType: 'Upsample',
    since: 10,
    reads: { mode: 'string' },
    needsOutput: true,
    apply(node) {
      node.opType = 'Resize';
      return 'is Resize';
    },
  },
  { opType: 'Resize', since: 11, reads: { mode: 'string' }, needs: 2, needsOutput: true, apply: stateCoordinates },
  {
    opType: 'Resize',
    since: 13,
    reads: { mode: 'string', nearest_mode: 'string', coordinate_transformation_mode: 'string' },
    refuse(node) {
      if (!isHalfPixelForNearest(node) || renamedNearest(node)) return undefined;
      return (
        `coordinate_transformation_mode 'tf_half_pixel_for_nn' with mode '${node.string('mode', 'nearest')}' and ` +
        `nearest_mode '${node.string('nearest_mode', 'round_prefer_floor')}' is not in operator set 13; use 'half_pixel'`
      );
    },
    apply(node) {
      const left = leaveOutEmpty(node);
      const nearest = isHalfPixelForNearest(node) ? renamedNearest(node) : undefined;
      if (nearest === undefined) return left ? 'empty inputs are left out' : undefined;
      node.set('coordinate_transformation_mode', attribute.string('half_pixel'));
      node.set('nearest_mode', attribute.string(nearest));
      return `'tf_half_pixel_for_nn' is 'half_pixel' with nearest_mode '${nearest}'`;
    },
  },
];

function stateCoordinates(node: Node, context: StepContext): string {
  const [x, scales] = node.inputs as [Value, Value];
  node.set('coordinate_transformation_mode', attribute.string('asymmetric'));
  if (node.string('mode', 'nearest') !== 'nearest') {
    setScales(node, x, scales, context);
    return 'its coordinates are stated: asymmetric';
  }
  const values = scales.constant?.numbers();
  const isUp = values?.some((scale) => scale > 1) ?? true;
  const isDown = values?.some((scale) => scale < 1) ?? false;
  if (!values) {
    context.note(node, 'its scales are not constant: they are taken to be 1 or more (smaller ones would round up)');
  }
  if (values && isUp && isDown) return enlargeThenShrink(node, x, values, context);
  setScales(node, x, scales, context);
  node.set('nearest_mode', attribute.string(isDown ? 'ceil' : 'floor'));
  return `its coordinates are stated: asymmetric, ${isDown ? 'ceil' : 'floor'}`;
}

/** Nearest pixels round down where an axis grows, and up where it shrinks: that takes two nodes. */
function enlargeThenShrink(node: Node, x: Value, scales: readonly number[], context: StepContext): string {
  const { graph } = node;
  const part = (hint: string, choose: (scale: number) => boolean) => {
    const chosen = scales.map((scale) => (choose(scale) ? scale : 1));
    return context.constant(node, hint, Tensor.float32([chosen.length], chosen));
  };
  const larger = graph.newNode('Resize', [], [`${node.output.name}_enlarged`], {
    name: node.name || 'Resize',
    attributes: Object.fromEntries(node.attributes),
    before: node,
  });
  larger.set('nearest_mode', attribute.string('floor'));
  node.set('nearest_mode', attribute.string('ceil'));
  const scalesUp = part('scales_up', (scale) => scale > 1);
  const scalesDown = part('scales_down', (scale) => scale < 1);
  setScales(larger, x, scalesUp, context);
  setScales(node, larger.output, scalesDown, context);
  return 'is two: one enlarges (floor), one shrinks (ceil), with asymmetric coordinates';
}

/** In 11 and 12 roi must be there, if only empty. */
function setScales(node: Node, x: Value, scales: Value, context: StepContext): void {
  const roi = context.to >= 13 ? undefined : context.constant(node, 'roi', Tensor.float32([0], []));
  node.setInputs([x, roi, scales]);
}

/** Empty roi, scales and sizes stood for none. */
function leaveOutEmpty(node: Node): boolean {
  let left = false;
  node.inputs.forEach((input, i) => {
    if (i === 0 || !input?.constant || input.constant.elementCount !== 0) return;
    node.setInput(i, undefined);
    if (input.isUnused && !input.producer) input.graph.forget(input);
    left = true;
  });
  node.trimInputs();
  return left;
}

function isHalfPixelForNearest(node: Node): boolean {
  return node.string('coordinate_transformation_mode', 'half_pixel') === 'tf_half_pixel_for_nn';
}

/** It is half a pixel beyond 'half_pixel', which another way of rounding makes good. */
function renamedNearest(node: Node): 'round_prefer_ceil' | 'ceil' | undefined {
  if (node.string('mode', 'nearest') !== 'nearest') return undefined;
  const nearest = node.string('nearest_mode', 'round_prefer_floor');
  if (nearest === 'floor') return 'round_prefer_ceil';
  return nearest === 'round_prefer_floor' ? 'ceil' : undefined;
}
