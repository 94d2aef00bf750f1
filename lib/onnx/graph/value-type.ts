import type { TypeProto } from '../proto/onnx_pb.js';
import type { ElementType } from './element-types.js';

/** Size of a dimension, name of a symbolic one, or null: not known and without a name. */
export type Dim = number | string | null;

/** A tensor. `dims` is undefined where not even the rank is known. */
export interface TensorValueType {
  readonly kind: 'tensor';
  readonly elementType: ElementType;
  readonly dims: readonly Dim[] | undefined;
  /** As the file had it: denotations, fields that this version does not know. */
  readonly proto?: TypeProto | undefined;
}

/** A sequence, map, optional or sparse tensor: carried along as the file has it. */
export interface OtherValueType {
  readonly kind: 'other';
  readonly proto: TypeProto;
}

/** What is known about the type of a value. */
export type ValueType = TensorValueType | OtherValueType;

/** The type of a tensor. */
export function tensorType(elementType: ElementType, dims?: readonly Dim[]): TensorValueType {
  return { kind: 'tensor', elementType, dims };
}
