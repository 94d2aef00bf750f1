import { constantLayers, layerOrder, producersOf } from '../plan/layer-order.js';
import type { PageGraph, PageLayer, PageTensor } from './subject.js';

export type RawTensor = Omit<PageTensor, 'producer'>;

/** A layer as a model or plan has it: its inputs by name. */
export interface RawLayer {
  readonly name: string;
  readonly type: string;
  readonly kind: 'layer' | 'constant';
  readonly inputs: readonly string[];
  readonly outputs: readonly RawTensor[];
  readonly weightBytes: number;
}

/** What there is beside layers. */
export interface RawEnds {
  readonly inputs: readonly RawTensor[];
  readonly outputs: readonly RawTensor[];
  /** Tensors that layers read and that are constant: initialisers. */
  readonly constants: ReadonlyMap<string, RawTensor>;
}

/** More than a person looks at, and than a page can have. */
export const MAX_LAYERS = 20_000;

/** Puts layers in order, inputs before and outputs behind them, and finds out what feeds what. */
export function arrange(raw: readonly RawLayer[], { inputs, outputs, constants }: RawEnds): PageGraph {
  const isConstant = constantLayers(
    raw,
    (place) => raw[place]?.kind === 'constant',
    (name) => constants.has(name),
  );
  const made = producersOf(raw);
  const ends = {
    // A hostile plan may call an input as what a layer makes.
    inputs: inputs.filter(({ name }) => !made.has(name)),
    outputs: outputs.slice(0, MAX_LAYERS),
  };
  const order = layerOrder(raw, (place) => isConstant[place] === true).slice(0, MAX_LAYERS);
  const tensors: PageTensor[] = [];
  const places = new Map<string, number>();
  const layers: PageLayer[] = [];
  const add = (tensor: RawTensor, producer: number) => {
    const known = places.get(tensor.name);
    if (known !== undefined) return known;
    places.set(tensor.name, tensors.length);
    return tensors.push({ ...tensor, producer }) - 1;
  };
  const read = (name: string) => places.get(name) ?? add(constants.get(name) ?? unknown(name), -1);
  for (const tensor of ends.inputs) layers.push(end(tensor, 'input', add(tensor, layers.length)));
  for (const place of order) {
    const { name, type, inputs: names, outputs: values, weightBytes } = raw[place] as RawLayer;
    const from = names.map(read);
    const to = values.map((tensor) => add(tensor, layers.length));
    layers.push({
      name,
      type,
      precision: values[0]?.type ?? '',
      kind: isConstant[place] ? 'constant' : 'layer',
      inputs: from,
      outputs: to,
      weightBytes,
      outputBytes: total(values),
    });
  }
  for (const tensor of ends.outputs) layers.push(end(tensor, 'output', read(tensor.name)));
  return { layers, tensors, left: raw.length - order.length };
}

const unknown = (name: string): RawTensor => ({ name, type: '', dims: '', bytes: null });

function end({ name, type, bytes }: RawTensor, kind: 'input' | 'output', place: number): PageLayer {
  const [inputs, outputs] = kind === 'input' ? [[], [place]] : [[place], []];
  return { name, type: kind, precision: type, kind, inputs, outputs, weightBytes: 0, outputBytes: bytes };
}

function total(tensors: readonly RawTensor[]): number | null {
  return tensors.reduce<number | null>((sum, { bytes }) => (sum === null || bytes === null ? null : sum + bytes), 0);
}
