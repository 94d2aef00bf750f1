import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import { locationParts } from '../onnx/file/external-location.js';
import { asUnwritable } from '../onnx/file/replace-file.js';
import type { GivenModel } from '../onnx/given-model.js';

/**
 * The path of a model for the builder's process: its own, or in `folder`, where one that is in memory is written with its
 * files of external data.
 */
export async function modelOnDisk({ source, externalData }: GivenModel, folder: string): Promise<string> {
  if (typeof source === 'string') return source;
  try {
    return await writeModel(source, externalData, folder);
  } catch (error) {
    throw asUnwritable(folder, error);
  }
}

async function writeModel(
  source: Uint8Array,
  externalData: GivenModel['externalData'],
  folder: string,
): Promise<string> {
  for (const { path, data } of externalData) {
    const parts = locationParts(path, (reason, what) => {
      const text = `options.externalData: the location '${path}' ${what}`;
      return new NodeTensorRTError('MODEL_INVALID', text, { reason, location: path });
    });
    const target = join(folder, ...parts);
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, data);
  }
  // Not a name that a file of external data has.
  const model = join(folder, `${randomBytes(8).toString('hex')}.onnx`);
  await writeFile(model, source);
  return model;
}
