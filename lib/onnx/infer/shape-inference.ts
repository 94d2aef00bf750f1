import type { Value } from '../graph/value.js';
import type { Dim } from '../graph/value-type.js';
import { followData } from './data.js';
import { type Fact, type TensorFact, tensorFact, typeOnly } from './fact.js';
import type { NodeView } from './node-view.js';
import { MAX_RANK } from './shapes/dims.js';
import { findShapeRule } from './shapes/find-rule.js';
import { findTypeRule } from './types/find-rule.js';
import { applyRule } from './types/rule.js';
import type { Visitor } from './walk.js';

/** A value of which the file states another type or shape than its node makes. */
export interface ShapeConflict {
  readonly value: Value;
  readonly stated: string;
  readonly inferred: string;
}

/** Sizes that inputs get in place of those stated. */
export interface GivenInputs {
  readonly dims: ReadonlyMap<Value, readonly Dim[]>;
  /** What the names of sizes stand for by them. */
  readonly names: ReadonlyMap<string, Dim>;
  /** Whether a size that was stated as a number changes, so that no stated shape holds any more. */
  readonly isContrary: boolean;
}

/** Begins names of sizes that are equal wherever they occur, but have no name in the file. */
const UNNAMED = '\u0001';
/** Elements that are followed in a whole model, and sizes that get a name of their own. */
const MAX_TOTAL_DATA = 4_000_000;
const MAX_NAMES = 4_000_000;
/** What some exporters write as the name of every size that they do not know. */
const NO_NAMES: ReadonlySet<string> = new Set(['?', '-1', 'None', 'none', 'unknown', 'unk', '*']);

/** A size as a file says it. */
export function named(dim: Dim): Dim {
  return typeof dim === 'string' && dim.startsWith(UNNAMED) ? null : dim;
}

/** Shapes, element types and elements of small tensors, node by node. */
export class ShapeInference implements Visitor {
  readonly keepsCalls = false;
  readonly conflicts = new Map<Value, ShapeConflict>();
  #next = 0;
  #dataLeft = MAX_TOTAL_DATA;

  constructor(
    readonly wins: 'stated' | 'inferred',
    readonly given: GivenInputs,
  ) {}

  outputs(view: NodeView): readonly (Fact | undefined)[] {
    const { domain, opType, outputs } = view.node;
    const types = findTypeRule(domain, opType);
    const facts = types ? applyRule(types, view) : [];
    const shapes = findShapeRule(domain, opType)?.(view) ?? [];
    return outputs.map((_, i) => {
      const [fact, dims] = [facts[i], shapes[i]];
      if (fact && fact.kind !== 'tensor') return fact;
      if (!fact && !dims) return undefined;
      const known = tensorFact(fact?.elementType, dims && dims.length <= MAX_RANK ? dims : undefined);
      const data = i === 0 && this.#dataLeft > 0 ? followData(view, known) : undefined;
      this.#dataLeft -= data?.length ?? 0;
      return data ? { ...known, data } : known;
    });
  }

  settle(value: Value, stated: Fact | undefined, found: Fact | undefined): Fact | undefined {
    const said = this.#adjusted(value, stated);
    const fact = said && found ? this.#merged(value, said, found) : (found ?? said);
    return fact?.kind === 'tensor' ? { ...fact, dims: fact.dims?.map((dim) => this.#name(dim)) } : fact;
  }

  /** What the file says, under the sizes that inputs have. */
  #adjusted(value: Value, stated: Fact | undefined): Fact | undefined {
    if (stated?.kind !== 'tensor') return stated;
    if (stated.dims && stated.dims.length > MAX_RANK) return typeOnly(stated);
    const { dims, names, isContrary } = this.given;
    const given = dims.get(value);
    if (given) return tensorFact(stated.elementType, given);
    if (value.initializer) return stated;
    if (isContrary && !(value.isInput && value.graph.parent === undefined)) return typeOnly(stated);
    const replaced = stated.dims?.map((dim) => (typeof dim === 'string' ? (names.get(dim) ?? dim) : dim));
    return tensorFact(stated.elementType, replaced, stated.data);
  }

  #merged(value: Value, stated: Fact, found: Fact): Fact {
    if (stated.kind !== 'tensor' || found.kind !== 'tensor') {
      return stated.kind === 'tensor' || found.kind === stated.kind ? found : stated;
    }
    const isOtherType = stated.elementType && found.elementType && stated.elementType !== found.elementType;
    const isOtherRank = stated.dims && found.dims && stated.dims.length !== found.dims.length;
    const isOtherSize = stated.dims?.some((dim, i) => {
      const size = found.dims?.[i];
      return typeof dim === 'number' && typeof size === 'number' && dim !== size;
    });
    if (isOtherType || isOtherRank || isOtherSize) {
      this.conflicts.set(value, { value, stated: describe(stated), inferred: describe(found) });
    }
    const [first, second] = this.wins === 'stated' ? [stated, found] : [found, stated];
    const elementType = first.elementType ?? second.elementType;
    if (!first.dims || isOtherRank) return { ...first, elementType, dims: first.dims ?? second.dims };
    const dims = first.dims.map((dim, i) => better(dim, second.dims?.[i] ?? null));
    return { kind: 'tensor', elementType, dims, data: found.data };
  }

  /** A name of its own for a size that has none, so that it is known to be the same where it comes back. */
  #name(dim: Dim): Dim {
    if (dim !== null && !NO_NAMES.has(dim as string)) return dim;
    return this.#next < MAX_NAMES ? `${UNNAMED}${this.#next++}` : null;
  }
}

/** What says more of two sizes that are the same. */
function better(dim: Dim, other: Dim): Dim {
  if (typeof dim === 'number') return dim;
  if (typeof other === 'number') return other;
  return named(dim) ?? named(other) ?? dim;
}

function describe({ elementType, dims }: TensorFact): string {
  return `${elementType ?? '?'} ${dims ? `[${dims.map((dim) => named(dim) ?? '?').join(', ')}]` : 'of unknown rank'}`;
}

/** What a model's inputs state, and what they are given, put together. */
export function givenInputs(inputs: ReadonlyMap<Value, readonly Dim[]>): GivenInputs {
  const names = new Map<string, Dim>();
  let isContrary = false;
  for (const [value, dims] of inputs) {
    for (const [i, dim] of dims.entries()) {
      const stated = value.dims?.[i] ?? null;
      if (typeof stated === 'string' && stated !== dim) {
        // A name that stands for two sizes now stands for neither.
        if (names.has(stated) && names.get(stated) !== dim) isContrary = true;
        names.set(stated, dim);
      } else if (typeof stated === 'number' && stated !== dim) isContrary = true;
    }
  }
  return { dims: inputs, names, isContrary };
}
