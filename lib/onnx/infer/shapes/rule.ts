import type { NodeView } from '../node-view.js';
import type { Dims } from './dims.js';

/** Shapes of a node's outputs as far as they are known. */
export type ShapeRule = (view: NodeView) => readonly (Dims | undefined)[];

export type ShapeTable = Readonly<Record<string, ShapeRule>>;

/** The same rule for several operators, whose names have spaces between. */
export function forAll(names: string, rule: ShapeRule): ShapeTable {
  return Object.fromEntries(
    names
      .trim()
      .split(/\s+/)
      .map((name) => [name, rule]),
  );
}

/** A rule for operators with one output. */
export const one =
  (rule: (view: NodeView) => Dims | undefined): ShapeRule =>
  (view) => [rule(view)];

/** All outputs are of the shape of an input. */
export const sameAs =
  (input: number): ShapeRule =>
  (view) =>
    view.node.outputs.map(() => view.dims(input));
