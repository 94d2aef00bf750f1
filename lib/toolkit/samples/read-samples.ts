import { stat } from 'node:fs/promises';
import { setTensor } from '../../engine/signature.js';
import { knownKeys, objectOption, pathOption } from '../../options.js';
import type { TensorMap, TensorSpec } from '../../tensor/types.js';
import { sampleError, systemError } from './failure.js';
import { type Listed, listFolder, withoutEnding } from './folder.js';
import { ByteBudget, maxBytesOption, type ReadLimits } from './limits.js';
import { readNpyBytes } from './npy.js';
import { readNpz } from './npz.js';
import { withBytes } from './random-bytes.js';
import { checkSample, inputsOption } from './sample-check.js';

export interface ReadSamplesOptions extends ReadLimits {
  /** A model's inputs, as `engine.inputs`: every sample is compared with them. @default no comparison */
  inputs?: readonly TensorSpec[];
}

/** One sample of a folder. */
export interface SampleFile {
  /** Name of the file or folder, without `.npz`. */
  readonly name: string;
  /** A `.npz` file, or a folder of `.npy` files. */
  readonly path: string;
}

/**
 * Lists the samples of a folder in natural order (`s2` before `s10`): its `.npz` files and its folders. Other files and
 * names that begin with a dot are left out.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT (no such folder; no samples in it)
 */
export async function listSamples(folder: string | URL): Promise<SampleFile[]> {
  const path = pathOption('folder', folder);
  const listed = await listFolder(path);
  const samples = listed.flatMap(asSample);
  if (samples.length === 0) {
    const hint = listed.some(({ name }) => withoutEnding(name, '.npy') !== undefined)
      ? 'it holds .npy files: put those of one sample into a folder of their own, each named after its input'
      : 'expected one .npz file, or one folder of .npy files, per sample';
    throw sampleError(path, 'no-samples', `there are no samples in it; ${hint}`);
  }
  return samples;
}

function asSample({ name, path, isFolder }: Listed): SampleFile[] {
  if (isFolder) return [{ name, path }];
  const stem = withoutEnding(name, '.npz');
  return stem === undefined ? [] : [{ name: stem, path }];
}

/**
 * Reads the samples of a folder one after the other, as `listSamples` lists them: each when it is asked for, so that one is
 * in memory at a time. The folder is listed at the first.
 *
 * @throws NodeTensorRTError when iterated: INVALID_ARGUMENT, UNSUPPORTED, OUT_OF_RANGE, OUT_OF_MEMORY as `readNpz`;
 *   INVALID_ARGUMENT or SHAPE_MISMATCH when a sample does not fit `inputs`. `details.file` is the sample's file
 */
export function readSamples(folder: string | URL, options: ReadSamplesOptions = {}): AsyncIterable<TensorMap> {
  const checked = samplesOptions(options);
  const path = pathOption('folder', folder);
  return {
    async *[Symbol.asyncIterator]() {
      for (const sample of await listSamples(path)) yield await readChecked(sample.path, checked);
    },
  };
}

/**
 * Reads one sample: a `.npz` file, or a folder of `.npy` files that are named after the inputs.
 * @throws NodeTensorRTError as `readSamples`
 */
export async function readSample(path: string | URL, options: ReadSamplesOptions = {}): Promise<TensorMap> {
  return readChecked(pathOption('path', path), samplesOptions(options));
}

interface CheckedOptions {
  maxBytes: number;
  inputs: readonly TensorSpec[] | undefined;
}

function samplesOptions(options: unknown): CheckedOptions {
  const given = objectOption<ReadSamplesOptions>('options', options);
  knownKeys('options', given, ['maxBytes', 'inputs']);
  return { maxBytes: maxBytesOption(given.maxBytes), inputs: inputsOption('options.inputs', given.inputs) };
}

async function readChecked(path: string, { maxBytes, inputs }: CheckedOptions): Promise<TensorMap> {
  const sample = (await isFolder(path)) ? await readArrays(path, maxBytes) : await readNpz(path, { maxBytes });
  if (inputs) checkSample(path, sample, inputs);
  return sample;
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    throw systemError(path, 'read', error);
  }
}

async function readArrays(folder: string, maxBytes: number): Promise<TensorMap> {
  const budget = new ByteBudget(maxBytes);
  const sample: TensorMap = {};
  for (const { name, path, isFolder } of await listFolder(folder)) {
    const input = isFolder ? undefined : withoutEnding(name, '.npy');
    if (input === undefined) continue;
    if (Object.hasOwn(sample, input)) throw sampleError(path, 'duplicate', `the array '${input}' is there twice`);
    setTensor(sample, input, await withBytes(path, (bytes) => readNpyBytes(bytes, budget)));
  }
  if (Object.keys(sample).length === 0) {
    throw sampleError(
      folder,
      'no-samples',
      'there are no .npy files in it; a folder of samples has one folder per sample',
    );
  }
  return sample;
}
