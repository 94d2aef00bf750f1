import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../onnx/file/make-folder.js';
import { replaceFile } from '../onnx/file/replace-file.js';
import type { Model } from '../onnx/graph/model.js';
import { hashOfFile } from './model-hash.js';
import { noteUse } from './plan-entry.js';

/**
 * Models that were made of others, kept in a folder: `KEY.onnx`, beside it `KEY.onnx.json` with what was done and the hash of
 * the file. The key is a hash of everything that the result depends on. An entry whose hash is wrong is made again.
 */
export class DerivedModels {
  constructor(readonly folder: string) {}

  /** The path of a model and its report, if both are there and whole. */
  async find(key: string): Promise<{ path: string; report: unknown } | undefined> {
    const path = this.#path(key);
    try {
      const entry = JSON.parse(await readFile(`${path}.json`, 'utf8')) as { sha256: string; report: unknown };
      // Only of a model of 2 GiB and more are weights in a second file, which was written before the first.
      if ((await hashOfFile(path)) !== entry.sha256) return undefined;
      await noteUse(this.folder, key);
      return { path, report: entry.report };
    } catch {
      return undefined;
    }
  }

  /** Writes an entry: the model first, so that one that is cut short has no report. `name`: of the model it was made of. */
  async add(key: string, model: Model, report: unknown, name = ''): Promise<string> {
    const { writeModel } = await import('../onnx/file/write-model.js');
    await makeFolder(this.folder);
    const path = this.#path(key);
    await writeModel(model, path, { external: 'auto', externalThresholdBytes: 2 ** 20 });
    const entry = JSON.stringify({ sha256: await hashOfFile(path), name, report }, null, 1);
    await replaceFile(`${path}.json`, (beside) => writeFile(beside, entry));
    return path;
  }

  #path(key: string): string {
    return join(this.folder, `${key}.onnx`);
  }
}
