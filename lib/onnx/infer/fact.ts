import { type ElementType, elementTypeOf } from '../graph/element-types.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';
import type { Dim, ValueType } from '../graph/value-type.js';
import type { TypeProto } from '../proto/onnx_pb.js';

/** What inference knows about a tensor. */
export interface TensorFact {
  readonly kind: 'tensor';
  readonly elementType: ElementType | undefined;
  /** undefined: not even the rank. */
  readonly dims?: readonly Dim[] | undefined;
  /**
   * Its elements where they are few, as those of shapes are: a name where one is a size that has a name, null where it is
   * not known.
   */
  readonly data?: readonly Dim[] | undefined;
}

/** About a sequence or an optional value. `of`: what is in it, undefined where that is not known. */
export interface HolderFact {
  readonly kind: 'sequence' | 'optional';
  readonly of: Fact | undefined;
}

/** What inference knows about a value; undefined: nothing. */
export type Fact = TensorFact | HolderFact;

export function tensorFact(elementType: ElementType | undefined, dims?: readonly Dim[], data?: readonly Dim[]): Fact {
  return { kind: 'tensor', elementType, dims, data };
}

/** Elements of a tensor that are followed; shapes, axes and pads have fewer. */
export const MAX_DATA = 256;

/**
 * What a file says about a value. `isFixed`: an initialiser that is an input as well is what it holds, and no default.
 */
export function statedFact(value: Value, isFixed = false): Fact | undefined {
  const { initializer, graph } = value;
  if (initializer && (isFixed || !value.isInput)) return constantFact(initializer);
  if (initializer) return tensorFact(known(initializer.elementType), initializer.dims);
  const sparse = graph.sparse.get(value);
  if (sparse) return tensorFact(known(sparse.values?.elementType), sparse.dims);
  return value.type && factOfType(value.type);
}

/** About a tensor that is known. */
export function constantFact(tensor: Tensor): Fact {
  const isFollowed = tensor.elementCount <= MAX_DATA && FOLLOWED.has(tensor.elementType);
  return tensorFact(known(tensor.elementType), tensor.dims, isFollowed ? tensor.numbers(MAX_DATA) : undefined);
}

const FOLLOWED: ReadonlySet<ElementType> = new Set(['int64', 'int32', 'bool', 'float32', 'float64']);

export function factOfType(type: ValueType): Fact | undefined {
  if (type.kind === 'tensor') return tensorFact(known(type.elementType), type.dims);
  return factOfProto(type.proto);
}

/** As deep as sequences and optional values are looked into; the standard has two levels. */
const MAX_DEPTH = 4;

export function factOfProto({ value }: TypeProto, depth = 0): Fact | undefined {
  if (depth > MAX_DEPTH) return undefined;
  switch (value.case) {
    case 'tensorType':
    case 'sparseTensorType':
      return tensorFact(known(elementTypeOf(value.value.elemType)));
    case 'sequenceType':
    case 'optionalType': {
      const kind = value.case === 'sequenceType' ? 'sequence' : 'optional';
      return { kind, of: value.value.elemType && factOfProto(value.value.elemType, depth + 1) };
    }
    default:
      return undefined;
  }
}

/** About a sequence or an optional value of what `of` says; of what lies too deep nothing is known. */
export function holderFact(kind: HolderFact['kind'], of: Fact | undefined): HolderFact {
  let depth = 0;
  for (let inner = of; inner && inner.kind !== 'tensor'; inner = inner.of) depth++;
  return { kind, of: depth < MAX_DEPTH ? of : undefined };
}

/** Only the types: without sizes and elements. */
export function typeOnly(fact: Fact | undefined): Fact | undefined {
  if (fact?.kind === 'tensor') return tensorFact(fact.elementType);
  return fact && { kind: fact.kind, of: typeOnly(fact.of) };
}

/** The element type of a tensor; undefined for all else. */
export function elementTypeOfFact(fact: Fact | undefined): ElementType | undefined {
  return fact?.kind === 'tensor' ? fact.elementType : undefined;
}

/** What holds for both of two facts. */
export function commonFact(a: Fact | undefined, b: Fact | undefined): Fact | undefined {
  if (a === undefined || b === undefined || a.kind !== b.kind) return undefined;
  if (a.kind !== 'tensor' || b.kind !== 'tensor') {
    return { kind: a.kind as HolderFact['kind'], of: commonFact((a as HolderFact).of, (b as HolderFact).of) };
  }
  const elementType = a.elementType === b.elementType ? a.elementType : undefined;
  const dims =
    a.dims?.length === b.dims?.length ? a.dims?.map((dim, i) => (dim === b.dims?.[i] ? dim : null)) : undefined;
  return tensorFact(elementType, dims);
}

function known(type: ElementType | undefined): ElementType | undefined {
  return type === 'undefined' ? undefined : type;
}
