import { attribute } from '../../graph/attribute.js';
import type { Model } from '../../graph/model.js';
import type { Node } from '../../graph/node.js';
import { Tensor } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import type { Dim } from '../../graph/value-type.js';
import type { TensorFact } from '../../infer/fact.js';
import { givenInputs, ShapeInference } from '../../infer/shape-inference.js';
import { Walk } from '../../infer/walk.js';

export type Shapes = ReadonlyMap<Value, readonly Dim[]>;

/** Shapes of all values where the batch of the inputs is `symbol`. Stated ones are not looked at. */
export async function shapesWith(model: Model, inputs: ReadonlyMap<Value, readonly Dim[]>): Promise<Shapes> {
  const given = { ...givenInputs(inputs), isContrary: true };
  const walk = new Walk(model, new ShapeInference('inferred', given));
  await walk.run();
  const known = [...walk.facts].filter(([, fact]) => fact.kind === 'tensor' && fact.dims);
  return new Map(known.map(([value, fact]) => [value, (fact as TensorFact).dims as readonly Dim[]]));
}

/** Rounds of rewriting: each makes the shapes behind it known. */
const MAX_ROUNDS = 1000;

/**
 * Reshapes whose constant shape begins with the old batch size get a 0 there, "as the input has it", where the input's
 * first size is the batch. Returns the shapes that follow.
 */
export async function freeReshapes(
  model: Model,
  inputs: ReadonlyMap<Value, readonly Dim[]>,
  symbol: string,
  old: number | undefined,
): Promise<Shapes> {
  for (let round = 0; ; round++) {
    const shapes = await shapesWith(model, inputs);
    if (old === undefined || round === MAX_ROUNDS) return shapes;
    let changed = 0;
    for (const graph of model.graph.withSubgraphs()) {
      for (const node of [...graph.nodes]) {
        const target = targetOf(node, model.irVersion < 4);
        if (target?.[0] === old && takesBatch(node, shapes, symbol) && free(node, target)) changed++;
      }
    }
    if (changed === 0) return shapes;
  }
}

function takesBatch(node: Node, shapes: Shapes, symbol: string): boolean {
  const [source] = node.inputs;
  return source !== undefined && shapes.get(source)?.[0] === symbol;
}

/** `isFixed`: initialisers that are inputs as well are constants. */
function targetOf(node: Node, isFixed: boolean): readonly number[] | undefined {
  if (!node.is('Reshape')) return undefined;
  const shape = node.inputs[1];
  const constant = isFixed ? (shape?.initializer ?? shape?.constant) : shape?.constant;
  return node.ints('shape', undefined) ?? constant?.numbers();
}

function free(node: Node, target: readonly number[]): boolean {
  const rest = target.slice(1);
  if (node.int('allowzero', 0) !== 0) {
    if (rest.includes(0)) return false;
    node.set('allowzero', undefined);
  }
  if (node.attributes.has('shape')) {
    node.set('shape', attribute.ints([0, ...rest]));
    return true;
  }
  const value = attribute.tensor(Tensor.int64([target.length], [0, ...rest]));
  const name = `${node.inputs[1]?.name ?? 'shape'}_free`;
  const constant = node.graph.newNode('Constant', [], [name], { attributes: { value }, before: node });
  node.setInput(1, constant.output);
  return true;
}

/** The first node that takes the batch and gives something of known shape without it. */
export function whereLost(model: Model, shapes: Shapes, symbol: string): Node | undefined {
  return model.graph.nodes.find(
    (node) =>
      !node.is('Shape', 'Size') &&
      node.inputs.some((input) => input && shapes.get(input)?.includes(symbol)) &&
      node.outputs.some((output) => output && shapes.get(output)?.every((dim) => typeof dim === 'number')),
  );
}
