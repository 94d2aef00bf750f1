import { argumentError, NodeTensorRTError } from '../../errors.js';
import { getAddon } from '../../native/load.js';
import { choiceOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';
import { bytesOf, bytesPerElement, type Elements, type FloatType, floatTypes, nativeType } from './elements.js';
import { inSlices } from './slices.js';

/**
 * Converts elements between floating-point types, here and now: for a slice of a file, of about 1 MiB (20 µs to 0.4 ms).
 *
 * Each value is rounded once, to nearest, ties to even. What is too large for the new type becomes infinite, what is too
 * small subnormal or zero. A NaN stays one, quiet, with the top bits of its payload.
 *
 * @param source bytes, little-endian, at any alignment; or an array of the type `from`
 * @param target where the result goes; larger is fine, it must not overlap the source. @default a new array
 * @returns the bytes of the result: the beginning of `target`, if one was given
 * @throws NodeTensorRTError INVALID_ARGUMENT, OUT_OF_RANGE (`target` is too small), OUT_OF_MEMORY
 * @example convertFloatsSync(chunk, 'float32', 'float16', reusable)
 */
export function convertFloatsSync(
  source: Elements,
  from: FloatType,
  to: FloatType,
  target?: Uint8Array,
): Uint8Array<ArrayBufferLike> {
  const { input, output } = prepare(source, from, to, target);
  getAddon().convertFloats(input, nativeType(from), output, nativeType(to));
  return output;
}

/**
 * The same for arrays of any size: in slices, so that the event loop is never held up for as much as a millisecond. Source and target
 * must stay as they are until the promise settles.
 *
 * @returns like convertFloatsSync()
 * @throws NodeTensorRTError (by rejection) like convertFloatsSync(); INVALID_ARGUMENT with `details.reason`
 *   'detached-or-resized' when one of the arrays went away meanwhile
 */
export async function convertFloats(
  source: Elements,
  from: FloatType,
  to: FloatType,
  target?: Uint8Array,
): Promise<Uint8Array<ArrayBufferLike>> {
  const { input, output, count } = prepare(source, from, to, target);
  const addon = getAddon();
  const [fromType, toType] = [nativeType(from), nativeType(to)];
  const arrays = [
    { what: 'source', bytes: input, bytesPerElement: bytesPerElement(from) },
    { what: 'target', bytes: output, bytesPerElement: bytesPerElement(to) },
  ];
  await inSlices(count, arrays, (inputSlice, outputSlice) => {
    addon.convertFloats(inputSlice, fromType, outputSlice, toType);
  });
  return output;
}

function prepare(source: Elements, from: FloatType, to: FloatType, target: Uint8Array | undefined) {
  choiceOption('from', from, floatTypes);
  choiceOption('to', to, floatTypes);
  const input = bytesOf('source', from, source);
  const count = input.byteLength / bytesPerElement(from);
  const size = count * bytesPerElement(to);
  return { input, count, output: target === undefined ? allocate(size) : within(target, size, input) };
}

function allocate(bytes: number): Uint8Array<ArrayBufferLike> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const message = `The result of ${bytes} bytes does not fit into one array. Convert it in parts.`;
    throw new NodeTensorRTError('OUT_OF_MEMORY', message, { kind: 'host', requestedBytes: bytes }, { cause });
  }
}

function within(target: Uint8Array, bytes: number, source: Uint8Array): Uint8Array<ArrayBufferLike> {
  if (!isBytes(target)) throw argumentError('target', 'a Uint8Array', target);
  if (target.byteLength < bytes) {
    throw argumentError('target', `at least ${bytes} bytes`, `${target.byteLength} bytes`, 'OUT_OF_RANGE');
  }
  const output = target.subarray(0, bytes);
  const overlap =
    output.buffer === source.buffer &&
    output.byteOffset < source.byteOffset + source.byteLength &&
    source.byteOffset < output.byteOffset + output.byteLength;
  if (overlap) throw argumentError('target', 'memory that does not overlap the source', target);
  return output;
}
