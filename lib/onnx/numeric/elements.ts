import { argumentError } from '../../errors.js';
import { dataTypes, isBytes, nativeArray } from '../../tensor/data-types.js';
import { tensorTypes } from '../../tensor/types.js';

/** The floating-point types. */
export const floatTypes = ['float32', 'float16', 'bfloat16', 'float64'] as const;
export type FloatType = (typeof floatTypes)[number];

/**
 * Elements one behind the other, little-endian: their bytes, which need not be aligned (a span of a file), or the array
 * that a tensor of their type has.
 */
export type Elements = ArrayBufferView;

/** The number of a type in native code. */
export const nativeType = (type: FloatType): number => tensorTypes.indexOf(type);

export const bytesPerElement = (type: FloatType): number => dataTypes[type].bytesPerElement;

/** The bytes of whole elements, where they are. `what` names them in an error. */
export function bytesOf(what: string, type: FloatType, elements: unknown): Uint8Array {
  const bytes = isBytes(elements) ? elements : viewBytes(what, type, elements);
  const size = bytesPerElement(type);
  if (bytes.byteLength % size !== 0) {
    throw argumentError(what, `whole elements of ${type}, a multiple of ${size} bytes`, `${bytes.byteLength} bytes`);
  }
  return bytes;
}

function viewBytes(what: string, type: FloatType, elements: unknown): Uint8Array {
  const array = nativeArray(type, elements);
  if (!ArrayBuffer.isView(array)) {
    throw argumentError(what, `a Uint8Array of bytes, or a ${dataTypes[type].tag} for ${type}`, elements);
  }
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
}
