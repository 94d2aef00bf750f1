import { accessSync, constants, existsSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { findBuilder } from '../builder/find-builder.js';
import { type RunTool, runTool } from '../machine/run-tool.js';
import { type LoaderSearch, openLibrary, searchLibraries, type TensorRtFlavour } from './libraries.js';

/** What the checks look at; tests have machines of their own. */
export interface Machine {
  readonly platform: NodeJS.Platform;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** undefined where users have no numbers. */
  readonly uid: number | undefined;
  /** Of a small file; undefined where it cannot be read. */
  text(path: string): string | undefined;
  /** Of the files in a folder, sorted; none where it cannot be read. */
  names(path: string): readonly string[];
  /** Whether this process may read and write it. */
  access(path: string): 'yes' | 'no' | 'absent';
  /** Of the file system that a path is on, or would be. */
  disk(path: string): Promise<{ freeBytes: number; totalBytes: number } | undefined>;
  readonly run: RunTool;
  /** Version of a package that the application has; undefined where it has not. */
  packageVersion(name: string): string | undefined;
  /** Why this library has no builder of a backend here; undefined: it has. */
  builderProblem(backend: 'tensorrt' | 'tensorrt-rtx'): string | undefined;
  /** Where links lead; the path itself where there is nothing. */
  realPath(path: string): string;
  /** The libraries of TensorRT that our loader finds. */
  libraries(): Promise<readonly LoaderSearch[]>;
  /** What our loader says of one file. */
  openLibrary(flavour: TensorRtFlavour, path: string): Promise<LoaderSearch>;
}

/** Reads files of a machine for functions that expect a missing one to throw. */
export function reader(machine: Machine): (path: string) => string {
  return (path) => {
    const text = machine.text(path);
    if (text === undefined) throw new Error(`there is no ${path}`);
    return text;
  };
}

/** The machine that this process runs on. */
export const thisMachine: Machine = {
  platform: process.platform,
  arch: process.arch,
  env: process.env,
  uid: process.getuid?.(),
  text: (path) => attempt(() => readFileSync(path, 'utf8')),
  names: (path) => attempt(() => readdirSync(path).sort()) ?? [],
  access: (path) => {
    if (!existsSync(path)) return 'absent';
    return attempt(() => accessSync(path, constants.R_OK | constants.W_OK) ?? true) ? 'yes' : 'no';
  },
  disk: async (path) => {
    let at = path;
    while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
    try {
      const { bavail, blocks, bsize } = await statfs(at);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    } catch {
      return undefined;
    }
  },
  run: runTool,
  packageVersion: (name) => attempt(() => versionOf(name)),
  builderProblem: (backend) => {
    try {
      findBuilder(backend);
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  },
  realPath: (path) => attempt(() => realpathSync(path)) ?? path,
  libraries: searchLibraries,
  openLibrary,
};

/** From its package.json, which a package need not export. */
function versionOf(name: string): string | undefined {
  const { resolve } = createRequire(join(process.cwd(), 'package.json'));
  for (let folder = dirname(resolve(name)); dirname(folder) !== folder; folder = dirname(folder)) {
    const text = attempt(() => readFileSync(join(folder, 'package.json'), 'utf8'));
    const found = text === undefined ? undefined : (JSON.parse(text) as { name?: string; version?: string });
    if (found?.name === name) return found.version;
  }
  return undefined;
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
