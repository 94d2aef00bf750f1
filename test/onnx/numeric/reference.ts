/** The value of a float16, by its fields. */
export function valueOfHalf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

/** The value of a bfloat16: the upper half of a float32. */
export function valueOfBrain(bits: number): number {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(0, bits);
  return view.getFloat32(0);
}

/** The bytes of an array, at an odd address. */
export function unaligned(array: ArrayBufferView): Uint8Array {
  const bytes = new Uint8Array(array.byteLength + 1).subarray(1);
  bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
  return bytes;
}

/** The bytes of a result, as elements. */
export const as = <T>(Type: new (buffer: ArrayBuffer) => T, bytes: Uint8Array): T =>
  new Type(Uint8Array.from(bytes).buffer as ArrayBuffer);

/** The first element that is not the same; -1 if there is none. Much quicker than toEqual() on large arrays. */
export function firstDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Math.min(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) if (!Object.is(actual[i], expected[i])) return i;
  return -1;
}
