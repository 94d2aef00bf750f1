import { type ElementType, elementTypeOf } from '../../graph/element-types.js';
import { elementTypeOfFact, type Fact, tensorFact, typeOnly } from '../fact.js';
import type { NodeView } from '../node-view.js';

/**
 * What type an output has: that of an input (the first of several inputs that is known), a fixed one, or what a function
 * says.
 */
export type OutputRule =
  | number
  | readonly number[]
  | ElementType
  | ((view: NodeView) => Fact | ElementType | undefined);

/** A rule for each output; the last one serves all that follow. */
export type TypeRule = readonly OutputRule[] | ((view: NodeView) => readonly (Fact | undefined)[]);

/** Rules by names of operators: keys are one or several names with spaces between. */
export function ruleTable(rows: Readonly<Record<string, TypeRule>>): ReadonlyMap<string, TypeRule> {
  return new Map(
    Object.entries(rows).flatMap(([names, rule]) => names.split(/\s+/).map((name) => [name, rule] as const)),
  );
}

export function applyRule(rule: TypeRule, view: NodeView): readonly (Fact | undefined)[] {
  if (typeof rule === 'function') return rule(view);
  return view.node.outputs.map((_, i) => {
    const found = oneOutput(rule[Math.min(i, rule.length - 1)] as OutputRule, view);
    return typeof found === 'string' ? tensorFact(found) : typeOnly(found);
  });
}

function oneOutput(rule: OutputRule, view: NodeView): Fact | ElementType | undefined {
  if (typeof rule === 'string') return rule;
  if (typeof rule === 'function') return rule(view);
  if (typeof rule === 'number') return view.inputs[rule];
  for (const i of rule) if (view.inputs[i]) return view.inputs[i];
  return undefined;
}

/** By an attribute that holds a `TensorProto.DataType`; without it (or 0) what `fallback` says. */
export function byAttribute(name: string, fallback: OutputRule): OutputRule {
  return (view) => {
    if (view.isOpen(name)) return undefined;
    const code = view.int(name, 0);
    return code === 0 ? oneOutput(fallback, view) : elementTypeOf(code);
  };
}

/** The element type of the first input that is there. */
export function anyInput(view: NodeView): Fact | undefined {
  return view.inputs.find((input) => elementTypeOfFact(input) !== undefined);
}
