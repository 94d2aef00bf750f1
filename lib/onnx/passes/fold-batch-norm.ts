import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import { MemoryPayload } from '../graph/payload.js';
import { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import { factsOf } from '../infer/facts-of.js';
import { canHoldConstants } from './become-constant.js';
import { type Facts, tensorOf } from './identity/no-ops.js';
import type { Pass } from './pass.js';
import { ScaledPayload } from './scaled-payload.js';

/**
 * A BatchNormalization behind a Conv, ConvTranspose, Gemm or MatMul goes into its weights: each output channel is scaled
 * and shifted. Weights of any size are scaled as they are read. Results differ by rounding. float32 and float64 only.
 */
export const foldBatchNorm = {
  name: 'fold-batch-norm',
  async run(model) {
    if (!canHoldConstants(model)) return 0;
    const pauses = new Pauses();
    let changed = 0;
    let facts: Facts | undefined;
    for (const graph of [...model.graph.withSubgraphs()]) {
      const gone: Node[] = [];
      for (const node of [...graph.nodes]) {
        if (pauses.due) await pauses.take();
        const layer = node.is('BatchNormalization') ? node.inputs[0]?.producer : undefined;
        const weight = layer?.inputs[1];
        if (!layer || !weight?.constant || !canTake(layer, node)) continue;
        const change = await channelChange(node, weight.constant);
        if (!change) continue;
        facts ??= await factsOf(model);
        if (await fold(graph, layer, node, change, facts)) gone.push(node);
      }
      if (gone.length > 0) graph.removeNodes(gone);
      changed += gone.length;
    }
    return changed;
  },
} as const satisfies Pass;

/** y → scale · y + shift for each channel. */
interface ChannelChange {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Whether the norm is one of inference, and nothing else sees what it takes. */
function canTake(layer: Node, norm: Node): boolean {
  const between = norm.inputs[0] as Value;
  if (!layer.is('Conv', 'ConvTranspose', 'Gemm', 'MatMul') || layer.graphOf !== norm.graphOf) return false;
  if (norm.outputs.slice(1).some((output) => output !== undefined) || norm.int('training_mode', 0) !== 0) return false;
  // Before operator set 9 statistics may be by place, before 7 training was an attribute.
  if (norm.int('spatial', 1) !== 1 || norm.attributes.has('is_test')) return false;
  return between.returnedBy.size === 0 && between.consumers.length === 1 && norm.inputs.indexOf(between, 1) < 0;
}

async function channelChange(norm: Node, weight: Tensor): Promise<ChannelChange | undefined> {
  const constants = norm.inputs.slice(1, 5).map((input) => input?.constant);
  if (constants.length < 4 || constants.some((tensor) => tensor?.elementType !== weight.elementType)) return undefined;
  if (weight.elementType !== 'float32' && weight.elementType !== 'float64') return undefined;
  const arrays = await Promise.all((constants as Tensor[]).map((tensor) => tensor.array()));
  const [gamma, beta, mean, variance] = arrays as Float32Array[];
  const epsilon = norm.float('epsilon', 1e-5);
  const of = (list: Float32Array | undefined, i: number) => list?.[i] ?? Number.NaN;
  const scale = Float64Array.from(gamma ?? [], (value, i) => value / Math.sqrt(of(variance, i) + epsilon));
  const shift = Float64Array.from(scale, (value, i) => of(beta, i) - of(mean, i) * value);
  return [...scale, ...shift].every(Number.isFinite) ? { scale, shift } : undefined;
}

async function fold(graph: Graph, layer: Node, norm: Node, change: ChannelChange, facts: Facts): Promise<boolean> {
  const weight = (layer.inputs[1] as Value).constant as Tensor;
  const channels = change.scale.length;
  const factorAt = weightFactor(layer, weight, change.scale, facts);
  const bias = await biasOf(layer, channels);
  if (!factorAt || !bias) return false;
  const values = Array.from(change.shift, (shift, i) => shift + (bias[i] ?? 0) * (change.scale[i] ?? 0));
  const payload = new ScaledPayload(weight, factorAt);
  const isSmall = weight.payload.bytes !== undefined;
  const kept = isSmall ? new MemoryPayload(await payload.read()) : payload;
  const scaled = new Tensor(weight.elementType, weight.dims, kept);
  const name = (layer.inputs[1] as Value).name;
  const newBias = graph.newInitializer(`${name}_bias`, Tensor.of(weight.elementType, [channels], values));
  layer.setInput(1, graph.newInitializer(`${name}_folded`, scaled));
  const { output } = norm;
  const between = norm.inputs[0] as Value;
  norm.setOutputs([]);
  norm.setInputs([]);
  if (layer.is('MatMul')) {
    graph.newNode('Add', [between, newBias], [output], { after: layer, name: `${layer.name || 'MatMul'}_bias` });
  } else {
    if (layer.is('Gemm')) layer.set('beta', undefined);
    layer.setInput(2, newBias);
    layer.setOutput(0, output);
    graph.forget(between);
  }
  return true;
}

/** By which factor element `index` of the weights is scaled; undefined where the channels do not fit. */
function weightFactor(layer: Node, weight: Tensor, scale: Float64Array, facts: Facts) {
  const { dims } = weight;
  const by = (inner: number) => (index: number) => scale[Math.floor(index / inner) % scale.length] as number;
  const product = (list: readonly number[]) => list.reduce((a, b) => a * b, 1);
  if (layer.is('Conv')) return dims[0] === scale.length ? by(product(dims.slice(1))) : undefined;
  if (layer.is('ConvTranspose')) {
    const groups = layer.int('group', 1);
    const [inputs = 0, each = 0] = dims;
    if (each * groups !== scale.length || inputs % groups !== 0) return undefined;
    const inner = product(dims.slice(2));
    return (index: number) => {
      const channel = Math.floor(index / inner) % each;
      const group = Math.floor(index / (inner * each * (inputs / groups)));
      return scale[group * each + channel] as number;
    };
  }
  if (dims.length !== 2) return undefined;
  if (layer.is('Gemm') && layer.int('transB', 0)) return dims[0] === scale.length ? by(dims[1] ?? 1) : undefined;
  // The channels of a norm are the second axis, the columns of a product the last.
  if (layer.is('MatMul') && tensorOf(facts, layer.inputs[0])?.dims?.length !== 2) return undefined;
  return dims[1] === scale.length ? by(1) : undefined;
}

/** The layer's bias for each channel; undefined where it is not known or of another shape. */
async function biasOf(layer: Node, channels: number): Promise<ArrayLike<number> | undefined> {
  if (layer.is('MatMul') || layer.inputs[2] === undefined) return new Float64Array(channels);
  const tensor = layer.inputs[2].constant;
  if (!tensor || tensor.elementCount !== channels || tensor.dims.at(-1) !== channels) return undefined;
  const values = (await tensor.array()) as Float32Array;
  const beta = layer.is('Gemm') ? layer.float('beta', 1) : 1;
  return Float64Array.from(values, (value) => value * beta);
}
