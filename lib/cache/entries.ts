import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PlanBackend } from '../plan/header.js';
import { readPlanHeader } from '../plan/read.js';
import type { CacheFolders } from './folders.js';
import { lastUse, planPath, usedPath } from './plan-entry.js';

/** An entry of the cache. */
export interface CacheEntry {
  /** 'plan': built by TensorRT. 'model': made of another model, as by `precision`. */
  kind: 'plan' | 'model';
  /** 64 hexadecimal digits: of everything that it depends on. */
  key: string;
  /** Of the plan, or the model. */
  path: string;
  /** Of all its files. */
  bytes: number;
  /** When it was written, in ISO 8601 and UTC. */
  createdAt: string;
  /** When it was used last, or written. */
  usedAt: string;
  /** Name of the model that it was made of; '' where it does not say. */
  model: string;
  /** What its nodes compute in; '' where it does not say. */
  precision: string;
  /** Of a plan: what built it, and for what. */
  backend?: PlanBackend;
  version?: string;
  targets?: readonly string[];
  /** Whether it is as it must be. Of `list` only what is wrong at a glance is false. */
  ok: boolean;
  /** What is wrong. */
  problem?: string;
  /** The same in a word, of a plan that `verify` has looked at: that of ENGINE_INCOMPATIBLE. */
  reason?: string;
}

/** All entries, those used last first. A folder that is not there has none. */
export async function listEntries(folders: Partial<CacheFolders>): Promise<CacheEntry[]> {
  const found = [...(await entriesOf(folders.plans, 'plan')), ...(await entriesOf(folders.models, 'model'))];
  return found.sort((a, b) => Date.parse(b.usedAt) - Date.parse(a.usedAt));
}

/** What belongs to an entry, in the order in which it is removed: what makes it one goes first. */
export function filesOf(folder: string, { kind, key, path }: Pick<CacheEntry, 'kind' | 'key' | 'path'>): string[] {
  const own = kind === 'plan' ? [path] : [`${path}.json`, path, `${path}.data`];
  return [...own, usedPath(folder, key)];
}

/** What `DerivedModels` keeps beside a model. */
export interface ModelReport {
  sha256: string;
  report: { to?: unknown } | null;
  /** Of the model that it was made of. */
  name?: unknown;
}

export async function readModelReport(path: string): Promise<ModelReport> {
  return JSON.parse(await readFile(`${path}.json`, 'utf8')) as ModelReport;
}

async function entriesOf(folder: string | undefined, kind: CacheEntry['kind']): Promise<CacheEntry[]> {
  const found: CacheEntry[] = [];
  const ending = kind === 'plan' ? 'plan' : 'onnx';
  for (const file of folder === undefined ? [] : await readdir(folder).catch(() => [])) {
    const key = file.slice(0, 64);
    if (!/^[0-9a-f]{64}$/.test(key) || file.slice(64) !== `.${ending}`) continue;
    const entry = await entryOf(folder as string, kind, key);
    if (entry) found.push(entry);
  }
  return found;
}

async function entryOf(folder: string, kind: CacheEntry['kind'], key: string): Promise<CacheEntry | undefined> {
  const path = kind === 'plan' ? planPath(folder, key) : join(folder, `${key}.onnx`);
  const sizes = await Promise.all(filesOf(folder, { kind, key, path }).map(sizeOf));
  const written = await stat(path).catch(() => undefined);
  // Removed meanwhile.
  if (written === undefined) return undefined;
  const basis = {
    kind,
    key,
    path,
    bytes: sizes.reduce((sum, size) => sum + size, 0),
    createdAt: written.mtime.toISOString(),
    usedAt: new Date(await lastUse(folder, key, written.mtimeMs)).toISOString(),
    model: '',
    precision: '',
  };
  try {
    return { ...basis, ...(await (kind === 'plan' ? describePlan(path) : describeModel(path))), ok: true };
  } catch (error) {
    return { ...basis, ok: false, problem: error instanceof Error ? error.message : String(error) };
  }
}

async function describePlan(path: string) {
  const { createdAt, model, backend, version, targets } = (await readPlanHeader(path)).header;
  return { createdAt, model: model.name, precision: model.precision, backend, version, targets };
}

async function describeModel(path: string) {
  const { name, report } = await readModelReport(path);
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return { model: text(name), precision: text(report?.to) };
}

async function sizeOf(path: string): Promise<number> {
  return (await stat(path).catch(() => undefined))?.size ?? 0;
}
