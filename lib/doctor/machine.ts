import { execFile } from 'node:child_process';
import { accessSync, constants, existsSync, readdirSync, readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type LibrarySearch, searchLibraries } from './libraries.js';

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
  disk(path: string): { freeBytes: number; totalBytes: number } | undefined;
  /** What a program of the system prints, errors included; undefined where there is no such program. */
  run(program: string, args: readonly string[]): Promise<{ isGood: boolean; output: string } | undefined>;
  /** Version of a package that the application has; undefined where it has not. */
  packageVersion(name: string): string | undefined;
  /** The libraries of TensorRT that our loader finds. */
  libraries(): Promise<readonly LibrarySearch[]>;
}

const RUN_MS = 10_000;

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
  disk: (path) => {
    let at = path;
    while (!existsSync(at) && dirname(at) !== at) at = dirname(at);
    return attempt(() => {
      const { bavail, blocks, bsize } = statfsSync(at);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    });
  },
  run: (program, args) =>
    new Promise((resolve) => {
      const options = { timeout: RUN_MS, env: { ...process.env, LC_ALL: 'C' }, windowsHide: true };
      execFile(program, args, options, (failure, stdout, stderr) => {
        if (failure && 'code' in failure && failure.code === 'ENOENT') resolve(undefined);
        else resolve({ isGood: failure === null, output: `${stdout}${stderr}`.trim() });
      });
    }),
  packageVersion: (name) =>
    attempt(() => createRequire(join(process.cwd(), 'package.json'))(`${name}/package.json`).version as string),
  libraries: searchLibraries,
};

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
