import { dataTypes } from '../../tensor/data-types.js';
import type { TensorType } from '../../tensor/types.js';
import { type Place, type SampleProblem, sampleError } from './failure.js';

/** How the elements of an array lie in a `.npy` file. */
export interface NpyType {
  readonly type: TensorType;
  /** Bytes per element in the file. */
  readonly itemBytes: number;
  readonly isBigEndian: boolean;
  /** What the bytes of a string are; undefined for numbers. */
  readonly text?: 'utf-32' | 'utf-8';
}

/**
 * NumPy's own names. It has no bfloat16; `ml_dtypes`, which everybody uses for it, saves it as `<V2`, and nothing else of
 * ours does, so that stands for it both ways. Python reads it by `array.view(ml_dtypes.bfloat16)`.
 */
const descrByType: Readonly<Record<Exclude<TensorType, 'string'>, string>> = {
  float32: '<f4',
  float16: '<f2',
  bfloat16: '<V2',
  float64: '<f8',
  int8: '|i1',
  uint8: '|u1',
  int16: '<i2',
  uint16: '<u2',
  int32: '<i4',
  uint32: '<u4',
  int64: '<i8',
  uint64: '<u8',
  bool: '|b1',
};

const typeByCode = new Map(
  Object.entries(descrByType).map(([type, descr]) => [descr.slice(1), type as Exclude<TensorType, 'string'>]),
);

/** The name that NumPy has for a type; strings are UTF-32 of a fixed number of characters. */
export function descrOf(type: TensorType, characters: number): string {
  return type === 'string' ? `<U${characters}` : descrByType[type];
}

/** The type that a header names, or an error that says what to do about one that is no tensor's. */
export function typeOf(place: Place, descr: string): NpyType {
  const [, order = '', code = '', digits = ''] = /^([<>|=]?)([a-zA-Z?])(\d*)(?:\[.*\])?$/.exec(descr) ?? [];
  const number = digits === '' ? 0 : Number(digits);
  if (code === 'O') throw refused(place, 'object-array', descr);
  const isBigEndian = order === '>';
  if ((code === 'U' || code === 'S' || code === 'a') && Number.isSafeInteger(number * 4)) {
    if (code === 'U') return { type: 'string', itemBytes: number * 4, isBigEndian, text: 'utf-32' };
    return { type: 'string', itemBytes: number, isBigEndian: false, text: 'utf-8' };
  }
  const type = typeByCode.get(code === '?' ? 'b1' : `${code}${digits}`);
  if (type === undefined || order === '=' || (type === 'bfloat16' && isBigEndian)) {
    throw refused(place, 'data-type', descr);
  }
  return { type, itemBytes: dataTypes[type].bytesPerElement, isBigEndian };
}

const advice: Record<string, string> = {
  O: 'an array of Python objects, which only pickle reads, and pickle runs code; save numbers or strings, with dtype=np.float32 or as they are in the model',
  c: 'complex numbers, which no tensor has; save real and imaginary part as two arrays',
  M: 'dates, which no tensor has; save them as int64',
  m: 'time spans, which no tensor has; save them as int64',
  V: 'raw or structured bytes, which no tensor has; save each field as an array',
  f: 'floating-point numbers of a width that no tensor has; save them as float16, float32 or float64',
};

function refused(place: Place, reason: SampleProblem, descr: string): Error {
  const code = /[a-zA-Z]/.exec(descr)?.[0] ?? '';
  const shown = descr.length > 60 ? `${descr.slice(0, 57)}...` : descr;
  const what = advice[code] ?? 'a type that no tensor has; save numbers, booleans or strings';
  return sampleError(place, reason, `the array has dtype '${shown}': ${what}`, { received: shown });
}
