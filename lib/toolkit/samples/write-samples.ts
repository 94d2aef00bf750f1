import { basename, join } from 'node:path';
import { argumentError } from '../../errors.js';
import { makeFolder } from '../../onnx/file/make-folder.js';
import { booleanOption, iterableOption, knownKeys, objectOption, pathOption } from '../../options.js';
import type { TensorMap } from '../../tensor/types.js';
import { sampleError, systemError } from './failure.js';
import { listFolder, withoutEnding } from './folder.js';
import { type WriteNpzOptions, writeNpz } from './npz.js';

export interface WriteSamplesOptions extends WriteNpzOptions {
  /**
   * Name of the sample with this index, without an ending: a file name of its own.
   * @default six digits: '000000', '000001' and so on
   */
  name?: (index: number) => string;
}

/**
 * Writes one `.npz` per sample into a folder, which is made if it is not there and must hold no samples yet. Asks for the
 * next sample when the one before is written. When it fails, what was written before stays.
 *
 * @returns how many samples were written
 * @throws NodeTensorRTError INVALID_ARGUMENT (samples are there; a name; a tensor; it cannot be written), OUT_OF_RANGE;
 *   and what `samples` throws
 */
export async function writeSamples(
  folder: string | URL,
  samples: Iterable<TensorMap> | AsyncIterable<TensorMap>,
  options: WriteSamplesOptions = {},
): Promise<number> {
  const path = pathOption('folder', folder);
  const { compress, name } = writeOptions(options);
  const source = iterableOption<TensorMap>('samples', samples);
  await makeEmptyFolder(path);
  const names = new Set<string>();
  let count = 0;
  for await (const sample of source) {
    const stem = checkedName(name(count), count, names);
    await writeNpz(join(path, `${stem}.npz`), sample, { compress });
    count++;
  }
  return count;
}

function writeOptions(options: unknown): Required<WriteSamplesOptions> {
  const given = objectOption<WriteSamplesOptions>('options', options);
  knownKeys('options', given, ['compress', 'name']);
  const name = given.name ?? ((index) => String(index).padStart(6, '0'));
  if (typeof name !== 'function') throw argumentError('options.name', 'a function', name);
  return { compress: booleanOption('options.compress', given.compress ?? false), name };
}

async function makeEmptyFolder(path: string): Promise<void> {
  try {
    await makeFolder(path);
  } catch (error) {
    throw systemError(path, 'write', error);
  }
  const there = (await listFolder(path)).find(
    ({ name, isFolder }) => isFolder || withoutEnding(name, '.npz') !== undefined,
  );
  if (there === undefined) return;
  const text = `there are samples in it already ('${there.name}'); give an empty folder, so that two sets do not mix`;
  throw sampleError(path, 'exists', text);
}

function checkedName(name: unknown, index: number, names: Set<string>): string {
  const isName = typeof name === 'string' && name !== '' && !/[\\/:\0]/.test(name) && basename(name) === name;
  if (!isName || name.startsWith('.'))
    throw argumentError(`options.name(${index})`, 'a file name that does not begin with a dot', name);
  // Some file systems do not tell capital letters from small ones.
  if (names.has(name.toLowerCase()))
    throw argumentError(`options.name(${index})`, 'a name that was not there before', name);
  names.add(name.toLowerCase());
  return name;
}
