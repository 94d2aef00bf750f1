import { pathOption } from '../../options.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorLike } from '../../tensor/types.js';
import { ByteBudget, type ReadLimits, readLimits } from './limits.js';
import { writeNewFile } from './new-file.js';
import { type NpyStream, readArray } from './npy-decode.js';
import { encodeArray, takeTensor } from './npy-encode.js';
import { type RandomBytes, type SampleSource, withBytes } from './random-bytes.js';

/**
 * Reads one array in NumPy's format (versions 1.0, 2.0 and 3.0; either byte order; row- or column-major). Text and bytes
 * become strings. float16 and bfloat16 are bit patterns.
 *
 * @param source path, `file:` URL, or the bytes of the file
 * @throws NodeTensorRTError INVALID_ARGUMENT (`details.reason`: missing, cut short, damaged), UNSUPPORTED (a type that no
 *   tensor has, as Python objects), OUT_OF_RANGE (more than `maxBytes`), OUT_OF_MEMORY
 */
export async function readNpy(source: SampleSource, options: ReadLimits = {}): Promise<Tensor> {
  const budget = new ByteBudget(readLimits(options).maxBytes);
  return withBytes(source, (bytes) => readNpyBytes(bytes, budget));
}

/** Reads an array whose file is open. */
export function readNpyBytes(bytes: RandomBytes, budget: ByteBudget): Promise<Tensor> {
  let position = 0;
  const stream: NpyStream = {
    place: bytes.file,
    size: bytes.size,
    async fill(target) {
      await bytes.read(target, position);
      position += target.length;
    },
  };
  return readArray(stream, budget);
}

/**
 * Writes one array in NumPy's format (version 1.0, row-major, little-endian). Strings become `U` text as long as the
 * longest one; bfloat16 becomes `V2`, as `ml_dtypes` has it. The file is there when it is complete, in place of what was
 * there before.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT (the tensor; a string that NumPy would change; the file cannot be written),
 *   OUT_OF_RANGE (too much text)
 */
export async function writeNpy(path: string | URL, tensor: TensorLike): Promise<void> {
  const file = pathOption('path', path);
  const array = await encodeArray(file, takeTensor('tensor', tensor));
  await writeNewFile(file, async (target) => {
    for await (const piece of array.pieces()) await target.append(piece);
  });
}
