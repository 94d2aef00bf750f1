import { basename, dirname, join } from 'node:path';
import { NodeTensorRTError } from '../../errors.js';
import { choiceOption, integerOption, knownKeys, objectOption, pathOption, stringOption } from '../../options.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Tensor } from '../graph/tensor.js';
import type { Placing } from './encode.js';
import { externalLayout } from './external-layout.js';
import { locationParts } from './external-location.js';
import { loadProtobuf } from './load-protobuf.js';
import { replaceFile } from './replace-file.js';
import type { Rope } from './rope.js';
import { RopeFile } from './rope-file.js';

/** Options of `writeModel`. */
export interface WriteOptions {
  /**
   * Which weights go to a file beside the model. 'auto': those that came from one, and all large ones where the model
   * would be 2 GiB or more, which protobuf does not allow. 'none': none; UNSUPPORTED where it would be too large. 'all':
   * every initialiser of at least `externalThresholdBytes`. @default 'auto'
   */
  external?: 'auto' | 'none' | 'all';
  /** Initialisers smaller than this stay in the model. 0 to 2^31 − 1. @default 1024 */
  externalThresholdBytes?: number;
  /** Name of that file, in the model's folder. @default the model's name and '.data' */
  externalLocation?: string;
}

/** What protobuf allows, less what a reader may need on top. */
const MAX_MODEL_BYTES = 2 ** 31 - 2 ** 16;

/**
 * Writes a model to a path or file URL: a new file beside it takes its place when it is complete, so that readers see the
 * old or the new one. (With external data there are two files, the data's first: keep readers away, or take another name.)
 * Weights are streamed. Throws UNSUPPORTED where the model is too large for one file, and INVALID_ARGUMENT, with
 * `details.reason` 'unwritable' where the file system refuses.
 */
export async function writeModel(model: Model, target: string | URL, options: WriteOptions = {}): Promise<void> {
  modelArgument(model);
  const path = pathOption('target', target);
  const { external, threshold, location } = writeOptions(options, path);
  await loadProtobuf();
  const { serialize } = await import('./serialize.js');
  const layout = externalLayout(model, { external, threshold, location, maxBytes: MAX_MODEL_BYTES });
  const whole = await serialize(model, layout.place);
  checkSize(whole);
  if (layout.tensors.length > 0) {
    await streamTo(join(dirname(path), location), async (file) => {
      for (const { offset, tensor } of layout.tensors) {
        await file.padTo(offset);
        await file.write(tensor.payload);
      }
    });
  }
  await streamTo(path, (file) => file.writeRope(whole));
}

/** The bytes of a model with all weights in it. Throws UNSUPPORTED where it would be 2 GiB or more. */
export async function serializeModel(model: Model): Promise<Uint8Array> {
  modelArgument(model);
  await loadProtobuf();
  const { serialize } = await import('./serialize.js');
  const whole = await serialize(model, NOWHERE);
  checkSize(whole);
  const bytes = new Uint8Array(whole.byteLength);
  let at = 0;
  for (const part of whole.parts) {
    if (part instanceof Uint8Array) {
      bytes.set(part, at);
      at += part.byteLength;
    } else {
      for await (const chunk of part.chunks()) {
        bytes.set(chunk, at);
        at += chunk.byteLength;
      }
    }
  }
  return bytes;
}

const NOWHERE: Placing = (_tensor: Tensor) => undefined;

function checkSize({ byteLength }: Rope): void {
  if (byteLength <= MAX_MODEL_BYTES) return;
  const text = `the model would be ${byteLength} bytes in one file, and protobuf allows 2 GiB; write it with external: 'auto' or 'all'`;
  throw new NodeTensorRTError('UNSUPPORTED', text, { bytes: byteLength });
}

/** Streams a new file into the place of `path`. */
function streamTo(path: string, fill: (file: RopeFile) => Promise<void>): Promise<void> {
  return replaceFile(path, async (beside) => {
    const file = await RopeFile.create(beside);
    try {
      await fill(file);
      await file.finish();
    } finally {
      await file.close();
    }
  });
}

function writeOptions(given: WriteOptions, path: string) {
  const options = objectOption<WriteOptions>('options', given);
  knownKeys('options', options, ['external', 'externalThresholdBytes', 'externalLocation']);
  const location = stringOption('options.externalLocation', options.externalLocation ?? `${basename(path)}.data`);
  const refuse = (_reason: string, what: string) =>
    new NodeTensorRTError('INVALID_ARGUMENT', `options.externalLocation: '${location}' ${what}`, {
      option: 'options.externalLocation',
    });
  if (locationParts(location, refuse).length !== 1) throw refuse('', 'is in a folder; expected the name of a file');
  if (location === basename(path)) throw refuse('', 'is the model itself');
  return {
    external: choiceOption('options.external', options.external ?? 'auto', ['auto', 'none', 'all']),
    threshold: integerOption('options.externalThresholdBytes', options.externalThresholdBytes ?? 1024, 0, 2 ** 31 - 1),
    location,
  };
}
