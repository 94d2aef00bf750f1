import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Model } from '../onnx/graph/model.js';
import { constantPlaces } from '../onnx/lint/constant-places.js';

/**
 * Which files a model is in, and which state of them: another text when one was changed or replaced, also by one that has the
 * same size and times of its own. Of a model in memory always the same.
 */
export async function modelIdentity(source: string | Uint8Array, model: Model): Promise<string> {
  const states: string[] = [];
  for (const file of filesOf(source, model)) {
    const stats = await stat(file, { bigint: true }).catch(() => undefined);
    states.push(stats ? [file, stats.dev, stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join(':') : file);
  }
  return states.join('\n');
}

/** Whether a path leads to one of them. */
export async function isFileOf(path: string, source: string | Uint8Array, model: Model): Promise<boolean> {
  const identity = async (file: string) => {
    const stats = await stat(file, { bigint: true }).catch(() => undefined);
    return stats && `${stats.dev}:${stats.ino}`;
  };
  const wanted = await identity(path);
  if (wanted === undefined) return false;
  for (const file of filesOf(source, model)) if ((await identity(file)) === wanted) return true;
  return false;
}

/** None of a model in memory. */
function filesOf(source: string | Uint8Array, model: Model): Set<string> {
  if (typeof source !== 'string') return new Set();
  const files = new Set([source]);
  for (const { tensor } of constantPlaces(model)) {
    const { stored } = tensor.payload;
    if (stored?.kind !== 'external') continue;
    const location = stored.entries.find(({ key }) => key === 'location')?.value;
    if (location !== undefined) files.add(join(dirname(source), location));
  }
  return files;
}
