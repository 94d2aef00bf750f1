import type { AttributeProto, SparseTensorProto, TypeProto } from '../proto/onnx_pb.js';
import type { Graph } from './graph.js';
import type { Tensor } from './tensor.js';

/** A value of an attribute by its kind. Strings are bytes, as in the file; whole numbers are bigint. */
export type AttributeValue =
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'int'; readonly value: bigint }
  | { readonly type: 'string'; readonly value: Uint8Array }
  | { readonly type: 'tensor'; readonly value: Tensor }
  | { readonly type: 'graph'; readonly value: Graph }
  | { readonly type: 'sparseTensor'; readonly value: SparseTensor }
  | { readonly type: 'type'; readonly value: TypeProto }
  | { readonly type: 'floats'; readonly value: readonly number[] }
  | { readonly type: 'ints'; readonly value: readonly bigint[] }
  | { readonly type: 'strings'; readonly value: readonly Uint8Array[] }
  | { readonly type: 'tensors'; readonly value: readonly Tensor[] }
  | { readonly type: 'graphs'; readonly value: readonly Graph[] }
  | { readonly type: 'sparseTensors'; readonly value: readonly SparseTensor[] }
  | { readonly type: 'types'; readonly value: readonly TypeProto[] }
  /** In a function: the attribute of the calling node with this name. `code` is its `AttributeProto.AttributeType`. */
  | { readonly type: 'reference'; readonly value: string; readonly code: number }
  /** Nothing but a name, or of a type that is newer than this library: kept as it is. */
  | { readonly type: 'unknown'; readonly value: undefined };

/** An attribute of a node. */
export type Attribute = AttributeValue & {
  /** As the file had it: documentation and what this version does not know. */
  readonly proto?: AttributeProto | undefined;
};

/** A tensor of which only the elements that are not 0 are stored. */
export interface SparseTensor {
  readonly values: Tensor | undefined;
  readonly indices: Tensor | undefined;
  readonly dims: readonly number[];
  readonly proto?: SparseTensorProto | undefined;
}

/** A string of an attribute or a tensor as a text that has a character for each byte: for keys, not for people. */
export function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('latin1');
}

/** What `Node.set` takes: numbers are 'int' or 'float' by `floatAttribute`, so that 1 and 1.0 are not mixed up. */
export const attribute = {
  float: (value: number): Attribute => ({ type: 'float', value }),
  int: (value: number | bigint): Attribute => ({ type: 'int', value: BigInt(value) }),
  string: (value: string): Attribute => ({ type: 'string', value: new TextEncoder().encode(value) }),
  tensor: (value: Tensor): Attribute => ({ type: 'tensor', value }),
  graph: (value: Graph): Attribute => ({ type: 'graph', value }),
  floats: (value: readonly number[]): Attribute => ({ type: 'floats', value }),
  ints: (value: readonly (number | bigint)[]): Attribute => ({ type: 'ints', value: value.map(BigInt) }),
  strings: (value: readonly string[]): Attribute => {
    const encoder = new TextEncoder();
    return { type: 'strings', value: value.map((text) => encoder.encode(text)) };
  },
} as const;
