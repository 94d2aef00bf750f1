import { NodeTensorRTError } from '../../errors.js';
import { elementCount } from '../../tensor/shape.js';
import { type Place, sampleError } from './failure.js';
import { type NpyType, typeOf } from './npy-types.js';
import { LiteralError, type PythonLiteral, parseLiteral } from './python-literal.js';

/** What stands before the elements of a `.npy` file. */
export interface NpyHeader extends NpyType {
  readonly dims: readonly number[];
  readonly count: number;
  /** Column-major: the first index runs fastest. */
  readonly isFortran: boolean;
}

/** Longest header that is read; the same as NumPy's own limit. One of ours has 118 bytes. */
const MAX_HEADER_BYTES = 10_000;
const MAGIC = Buffer.from('\x93NUMPY', 'latin1');
/** NumPy fills the header up to a multiple of this, so that the elements can be mapped into memory. */
const ALIGNMENT = 64;

/** Reads the header by `fill`, which gives the next bytes. Returns it and how many bytes it took. */
export async function readHeader(
  place: Place,
  size: number,
  fill: (target: Uint8Array) => Promise<void>,
): Promise<{ header: NpyHeader; headerBytes: number }> {
  const start = Buffer.alloc(8);
  if (size < start.length + 2) throw malformed(place, `it has ${size} bytes, which is too short for a header`);
  await fill(start);
  if (!start.subarray(0, 6).equals(MAGIC)) throw malformed(place, 'it does not begin as a .npy file does');
  const [major, minor] = [start[6] as number, start[7]];
  if (major < 1 || major > 3 || minor !== 0) {
    throw malformed(place, `expected format version 1.0, 2.0 or 3.0, received ${major}.${minor}`);
  }
  const length = Buffer.alloc(major === 1 ? 2 : 4);
  if (size < start.length + length.length) throw malformed(place, 'it ends within its header');
  await fill(length);
  const textBytes = major === 1 ? length.readUInt16LE() : length.readUInt32LE();
  const headerBytes = start.length + length.length + textBytes;
  if (textBytes > MAX_HEADER_BYTES) {
    throw sampleError(
      place,
      'too-large',
      `expected a header of at most ${MAX_HEADER_BYTES} bytes, received ${textBytes}`,
    );
  }
  if (headerBytes > size) throw malformed(place, `its header says ${textBytes} bytes, which are more than it has`);
  const text = Buffer.alloc(textBytes);
  await fill(text);
  return { header: parseHeader(place, text.toString(major === 3 ? 'utf8' : 'latin1')), headerBytes };
}

function parseHeader(place: Place, text: string): NpyHeader {
  let fields: PythonLiteral;
  try {
    fields = parseLiteral(text);
  } catch (error) {
    if (!(error instanceof LiteralError)) throw error;
    throw malformed(place, `its header cannot be read: ${error.message}`);
  }
  if (!(fields instanceof Map)) throw malformed(place, 'its header is no dictionary');
  const keys = [...fields.keys()].sort().join(', ');
  if (keys !== 'descr, fortran_order, shape') {
    throw malformed(place, `expected descr, fortran_order, shape in its header, received ${keys.slice(0, 100)}`);
  }
  const [descr, isFortran, shape] = ['descr', 'fortran_order', 'shape'].map((key) => fields.get(key));
  if (Array.isArray(descr)) {
    const text = 'the array is structured (it has named fields), which no tensor is; save each field as an array';
    throw sampleError(place, 'data-type', text);
  }
  if (typeof descr !== 'string') throw malformed(place, 'descr in its header is no text');
  if (typeof isFortran !== 'boolean') throw malformed(place, 'fortran_order in its header is neither True nor False');
  if (!Array.isArray(shape)) throw malformed(place, 'shape in its header is no tuple');
  return { ...typeOf(place, descr), ...checkedShape(place, shape), isFortran };
}

function checkedShape(place: Place, shape: PythonLiteral[]): { dims: number[]; count: number } {
  const negative = shape.find((dim) => typeof dim === 'number' && dim < 0);
  if (negative !== undefined) throw malformed(place, `expected sizes of 0 or more in its shape, received ${negative}`);
  try {
    return { dims: shape as number[], count: elementCount('shape', shape) };
  } catch (error) {
    if (!(error instanceof NodeTensorRTError)) throw error;
    const reason = error.code === 'OUT_OF_RANGE' ? 'too-large' : 'malformed';
    throw sampleError(place, reason, error.message, {}, error);
  }
}

/** The header of a file of version 1.0, in row-major order. */
export function writeHeader(descr: string, dims: readonly number[]): Buffer {
  const shape = dims.length === 1 ? `(${dims[0]},)` : `(${dims.join(', ')})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`;
  const unpadded = MAGIC.length + 4 + text.length + 1;
  const total = Math.ceil(unpadded / ALIGNMENT) * ALIGNMENT;
  const header = Buffer.alloc(total, ' ', 'latin1');
  MAGIC.copy(header);
  header.writeUInt8(1, 6);
  header.writeUInt8(0, 7);
  header.writeUInt16LE(total - MAGIC.length - 4, 8);
  header.write(text, 10, 'latin1');
  header.write('\n', total - 1, 'latin1');
  return header;
}

function malformed(place: Place, text: string): Error {
  return sampleError(place, 'malformed', `not a .npy array: ${text}`);
}
