import { createHash, type Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { Pauses } from '../onnx/file/pauses.js';
import type { Model } from '../onnx/graph/model.js';

/**
 * Models that were made of others, kept in a folder: `KEY.onnx`, beside it `KEY.json` with what was done and the hash of
 * the file. The key is a hash of everything that the result depends on. An entry whose hash is wrong is made again.
 */
export class DerivedModels {
  constructor(readonly folder: string) {}

  /** The path of a model and its report, if both are there and whole. */
  async find(key: string): Promise<{ path: string; report: unknown } | undefined> {
    const path = this.#path(key);
    try {
      const entry = JSON.parse(await readFile(`${path}.json`, 'utf8')) as { sha256: string; report: unknown };
      // External data of the entry has its own hash in the model's key: both were written by this class.
      return (await hashOfFile(path)) === entry.sha256 ? { path, report: entry.report } : undefined;
    } catch {
      return undefined;
    }
  }

  /** Writes an entry: the model first, so that one that is cut short has no report. */
  async add(key: string, model: Model, report: unknown): Promise<string> {
    const { writeModel } = await import('../onnx/file/write-model.js');
    await mkdir(this.folder, { recursive: true });
    const path = this.#path(key);
    await writeModel(model, path, { external: 'auto', externalThresholdBytes: 2 ** 20 });
    const entry = JSON.stringify({ sha256: await hashOfFile(path), report }, null, 1);
    const temporary = `${path}.json.${process.pid}.${Math.random().toString(36).slice(2)}`;
    await writeFile(temporary, entry);
    await rename(temporary, `${path}.json`);
    return path;
  }

  #path(key: string): string {
    return join(this.folder, `${key}.onnx`);
  }
}

/** The folder for what is made of models, of this user: as the system wants it. */
export function defaultCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['NODE_TENSORRT_CACHE_DIR']) return resolve(env['NODE_TENSORRT_CACHE_DIR']);
  if (process.platform === 'win32') {
    return join(env['LOCALAPPDATA'] ?? join(homedir(), 'AppData', 'Local'), 'node-tensorrt', 'models');
  }
  if (process.platform === 'darwin') return join(homedir(), 'Library', 'Caches', 'node-tensorrt', 'models');
  return join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'node-tensorrt', 'models');
}

/** Hash of everything that a model reads from: its graph, and all weights, wherever they are. */
export async function hashOfModel(source: string | Uint8Array, model: Model, extra: unknown): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify(extra)).update('\0');
  const pauses = new Pauses();
  if (typeof source === 'string') await addFile(hash, source);
  else {
    for (let at = 0; at < source.byteLength; at += CHUNK) {
      hash.update(source.subarray(at, at + CHUNK));
      if (pauses.due) await pauses.take();
    }
  }
  for (const graph of model.graphs()) {
    for (const { initializer } of graph.initializers) {
      if (initializer?.payload.stored?.kind !== 'external') continue;
      for await (const chunk of initializer.payload.chunks()) {
        hash.update(chunk);
        if (pauses.due) await pauses.take();
      }
    }
  }
  return hash.digest('hex');
}

const CHUNK = 1 << 20;

async function hashOfFile(path: string): Promise<string> {
  await stat(path);
  const hash = createHash('sha256');
  await addFile(hash, path);
  return hash.digest('hex');
}

async function addFile(hash: Hash, path: string): Promise<void> {
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK / 4 })) hash.update(chunk as Uint8Array);
}
