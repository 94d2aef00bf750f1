import { setTensor } from '../../engine/signature.js';
import { booleanOption, knownKeys, objectOption, pathOption } from '../../options.js';
import type { Tensor } from '../../tensor/tensor.js';
import type { TensorMap } from '../../tensor/types.js';
import { sampleError } from './failure.js';
import { ByteBudget, type ReadLimits, readLimits } from './limits.js';
import { writeNewFile } from './new-file.js';
import { readArray } from './npy-decode.js';
import { encodeArray, takeTensor } from './npy-encode.js';
import { type RandomBytes, type SampleSource, withBytes } from './random-bytes.js';
import { readDirectory, type ZipEntry } from './zip-directory.js';
import { EntryStream } from './zip-entry.js';
import { ZipWriter } from './zip-writer.js';

/*
 * Note: why the archive is read and written here. Of the well-kept zip libraries, yazl refuses names that begin with a
 * slash, which tensors of exported models have; yauzl does not look at checksums, at names that come twice or at data that
 * two entries share; fflate holds all of an archive in memory and knows little of zip64. What they would leave to us is most
 * of it. Deflate and the checksum are Node's own zlib.
 */

/**
 * Reads the arrays of an archive that `numpy.savez` or `savez_compressed` wrote, by name.
 *
 * @param source path, `file:` URL, or the bytes of the file
 * @throws NodeTensorRTError INVALID_ARGUMENT (`details.reason`: missing, cut short, damaged, a wrong checksum, a name that
 *   comes twice), UNSUPPORTED (encrypted; a type that no tensor has), OUT_OF_RANGE (more than `maxBytes`), OUT_OF_MEMORY
 */
export async function readNpz(source: SampleSource, options: ReadLimits = {}): Promise<Record<string, Tensor>> {
  const { maxBytes } = readLimits(options);
  return withBytes(source, async (archive) => {
    const entries = await readDirectory(archive);
    const names = arrayNames(archive.file, entries);
    // What is declared is asked before anything is unpacked, and unpacked is no more than what is declared.
    const declared = new ByteBudget(maxBytes);
    for (const entry of entries) {
      declared.take({ file: archive.file, array: entry.name }, Math.max(0, entry.bytes - HEADER_ROOM));
    }
    const budget = new ByteBudget(maxBytes);
    const tensors: Record<string, Tensor> = {};
    for (const [i, entry] of entries.entries()) {
      setTensor(tensors, names[i] as string, await readEntry(archive, entry, names[i] as string, budget));
    }
    return tensors;
  });
}

/** The header of an array, which `maxBytes` does not count, is at most so long. */
const HEADER_ROOM = 2 ** 14;

async function readEntry(archive: RandomBytes, entry: ZipEntry, name: string, budget: ByteBudget): Promise<Tensor> {
  const stream = await EntryStream.open({ file: archive.file, array: name }, archive, entry);
  try {
    const tensor = await readArray(stream, budget);
    await stream.finish();
    return tensor;
  } finally {
    await stream.close();
  }
}

function arrayNames(file: string, entries: readonly ZipEntry[]): string[] {
  const names = new Set<string>();
  for (const { name } of entries) {
    if (!name.endsWith('.npy')) {
      const text = `expected arrays, whose names end with .npy, received ${JSON.stringify(name.slice(0, 80))}`;
      throw sampleError(file, 'name', text, { received: name });
    }
    const array = name.slice(0, -4);
    if (names.has(array)) {
      throw sampleError(file, 'duplicate', `the array ${JSON.stringify(array.slice(0, 80))} is there twice`, {
        received: array,
      });
    }
    names.add(array);
  }
  return [...names];
}

export interface WriteNpzOptions {
  /** Deflate, as `numpy.savez_compressed`; slower and smaller. @default false */
  compress?: boolean;
}

/**
 * Writes arrays by name into an archive that `numpy.load` reads. The same arrays make the same bytes. The file is there
 * when it is complete, in place of what was there before. Types: see `writeNpy`.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT (a tensor or name; the file cannot be written), OUT_OF_RANGE (too much text)
 */
export async function writeNpz(path: string | URL, tensors: TensorMap, options: WriteNpzOptions = {}): Promise<void> {
  const file = pathOption('path', path);
  const compress = compressOption(options);
  const checked = Object.entries(objectOption<TensorMap>('tensors', tensors)).map(([name, tensor]) => {
    checkName(file, name);
    return [name, takeTensor(`tensors.${name}`, tensor)] as const;
  });
  await writeNewFile(file, async (target) => {
    const writer = new ZipWriter(target, compress);
    for (const [name, tensor] of checked) {
      const array = await encodeArray({ file, array: name }, tensor);
      await writer.add(`${name}.npy`, array.pieces());
    }
    await writer.finish();
  });
}

function compressOption(options: unknown): boolean {
  const given = objectOption<WriteNpzOptions>('options', options);
  knownKeys('options', given, ['compress']);
  return booleanOption('options.compress', given.compress ?? false);
}

/** Names that readers of zip archives, Python's too, would change. */
function checkName(file: string, name: string): void {
  if (name.includes('\0')) throw sampleError(file, 'name', 'the name of an array has a zero character');
  if (/[\ud800-\udfff]/u.test(name)) throw sampleError(file, 'name', 'the name of an array is no valid text');
}
