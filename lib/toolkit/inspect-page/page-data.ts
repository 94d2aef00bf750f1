import { describeName } from '../compare/words.js';
import { assignLanes, type Lanes } from './lanes.js';
import { colourOf } from './precisions.js';
import type { PageGraph } from './subject.js';

/** A name that tells itself apart, and no more. */
const LONGEST_NAME = 120;
const LONGEST_TYPE = 40;
const LONGEST_DIMS = 80;

/** What the script draws layers from. Texts that come often are places in `texts`. */
export interface GraphData {
  readonly texts: readonly string[];
  /** By text: the colour, where it is a precision. */
  readonly colours: readonly string[];
  /** name, type (text), dims (text), bytes or -1, producer or -1 */
  readonly tensors: readonly (readonly [string, number, number, number, number])[];
  /** name, type (text), precision (text), kind (0 layer, 1 constant, 2 input, 3 output), inputs, outputs, weight bytes, output bytes or -1 */
  readonly layers: readonly (readonly [
    string,
    number,
    number,
    number,
    readonly number[],
    readonly number[],
    number,
    number,
  ])[];
  /** Lanes of all layers, and of those that are no constants. */
  readonly lanes: { readonly all: Lanes; readonly main: Lanes };
}

const KINDS = ['layer', 'constant', 'input', 'output'] as const;

export function graphData({ layers, tensors }: PageGraph): GraphData {
  const texts = new Map<string, number>();
  const text = (value: string, longest: number) => {
    const short = describeName(value, longest);
    if (!texts.has(short)) texts.set(short, texts.size);
    return texts.get(short) as number;
  };
  const data = {
    tensors: tensors.map(({ name, type, dims, bytes, producer }) => {
      const ids = [text(type, LONGEST_TYPE), text(dims, LONGEST_DIMS)] as const;
      return [describeName(name, LONGEST_NAME), ...ids, bytes ?? -1, producer] as const;
    }),
    layers: layers.map((layer) => {
      const ids = [text(layer.type, LONGEST_TYPE), text(layer.precision, LONGEST_TYPE)] as const;
      const { inputs, outputs, weightBytes, outputBytes } = layer;
      const kind = KINDS.indexOf(layer.kind);
      return [
        describeName(layer.name, LONGEST_NAME),
        ...ids,
        kind,
        inputs,
        outputs,
        weightBytes,
        outputBytes ?? -1,
      ] as const;
    }),
    lanes: { all: lanesOf({ layers, tensors }, true), main: lanesOf({ layers, tensors }, false) },
  };
  return { texts: [...texts.keys()], colours: [...texts.keys()].map(colourOf), ...data };
}

function lanesOf({ layers, tensors }: Pick<PageGraph, 'layers' | 'tensors'>, withConstants: boolean): Lanes {
  const rows = new Map<number, number>();
  for (const [place, { kind }] of layers.entries()) {
    if (withConstants || kind !== 'constant') rows.set(place, rows.size);
  }
  const inputs = [...rows].map(([place, row]) => {
    const above = (layers[place]?.inputs ?? []).map((tensor) => rows.get(tensors[tensor]?.producer ?? -1));
    return [...new Set(above)].filter((found): found is number => found !== undefined && found < row);
  });
  return assignLanes(inputs);
}
