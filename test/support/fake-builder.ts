import { chmodSync, copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished, vi } from 'vitest';
import { tempFolder } from './temp-folder.js';

/** What the fake builder does; see fake-builder.mjs. */
export interface FakeBuild {
  version?: string;
  noLibrary?: boolean;
  noDriver?: boolean;
  devices?: object[];
  refused?: object[];
  stepMs?: number;
  events?: object[];
  stderr?: string;
  hang?: boolean;
  signal?: string;
  failed?: object;
  exit?: number;
  bytes?: number;
}

export interface BuilderCall {
  module: string;
  command: string;
  args: string[];
  pid: number;
}

/** Puts a fake builder in the place of the real one, for one test. POSIX: it is a script. */
export function fakeBuilder(script: FakeBuild = {}) {
  const folder = tempFolder();
  const program = join(folder, 'node-tensorrt-builder');
  copyFileSync(fileURLToPath(new URL('fake-builder.mjs', import.meta.url)), program);
  chmodSync(program, 0o755);
  for (const backend of ['tensorrt', 'tensorrt-rtx'])
    writeFileSync(join(folder, `node-tensorrt-backend-${backend}.so`), '');
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  const calls = join(folder, 'calls');
  const env = {
    NODE_TENSORRT_BUILDER_PATH: folder,
    NODE_TENSORRT_CACHE_DIR: join(folder, 'cache'),
    NODE_TENSORRT_KEY_FILE: join(folder, 'plan.key'),
  };
  const set = (next: FakeBuild) => vi.stubEnv('FAKE_BUILDER', JSON.stringify({ ...next, calls }));
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  set(script);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
  return {
    folder,
    /** What it does from now on. */
    set,
    calls: (command = 'build'): BuilderCall[] => {
      const lines = existsSync(calls) ? readFileSync(calls, 'utf8').trim().split('\n') : [];
      return lines.map((line) => JSON.parse(line) as BuilderCall).filter((call) => call.command === command);
    },
  };
}
