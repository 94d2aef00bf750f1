import { mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { addonDefines } from '../addon-defines.mjs';
import { ensureHeaders, headersDir } from '../headers.mjs';
import { nativeSources } from '../native-sources.mjs';
import { packageFile } from '../paths.mjs';
import { runOrFail } from '../run.mjs';

/** What each system wants besides the flags that all have. @type {Record<string, { compile: string[], link: string[] }>} */
const flags = {
  win32: { compile: ['-DNOMINMAX', '-DWIN32_LEAN_AND_MEAN'], link: [] },
  darwin: { compile: [], link: ['-undefined', 'dynamic_lookup'] },
};

/**
 * Builds the addon by calling Zig, for systems that node-gyp compiles for on themselves only.
 * @param {import('./targets.mjs').Target} target
 * @param {{ dir: string, zig: import('../zig.mjs').Zig }} where `dir`: the copy of the sources
 * @returns {Promise<string>} path of the addon
 */
export async function buildWithZig({ platform, triple }, { dir, zig }) {
  await ensureHeaders();
  const run = (/** @type {string[]} */ args) =>
    runOrFail(`zig ${args[0]} for ${triple}`, zig.program, args, { cwd: dir, env: zig.env });
  const objects = path.join(dir, 'objects');
  mkdirSync(objects);
  const include = [packageFile('node-addon-api', ''), packageFile('node-api-headers', 'include'), headersDir];
  const compile = [
    ...['c++', '-target', triple, '-std=c++20', '-O2', '-g0', '-fexceptions', '-fPIC', '-pthread'],
    ...['-fvisibility=hidden', '-fvisibility-inlines-hidden', ...flags[platform].compile],
    ...[...addonDefines, 'BUILDING_NODE_EXTENSION'].map((define) => `-D${define}`),
    ...['-Inative', ...include.flatMap((folder) => ['-isystem', folder])],
  ];
  const sources = nativeSources();
  const queue = [...sources.entries()];
  await Promise.all(
    Array.from({ length: os.availableParallelism() }, async () => {
      for (let next = queue.shift(); next; next = queue.shift()) {
        await run([...compile, '-c', next[1], '-o', path.join('objects', `${next[0]}.o`)]);
      }
    }),
  );
  const files = sources.map((_, index) => path.join('objects', `${index}.o`));
  const node = platform === 'win32' ? [await importLibrary(run)] : [];
  const output = path.join(dir, 'node-tensorrt.node');
  await run(['c++', '-target', triple, '-shared', '-s', '-o', output, ...files, ...node, ...flags[platform].link]);
  return output;
}

/** What a Windows linker needs to know about node.exe. @param {(args: string[]) => Promise<unknown>} run */
async function importLibrary(run) {
  const definitions = packageFile('node-api-headers', 'def/node_api.def');
  await run(['dlltool', '-m', 'i386:x86-64', '-d', definitions, '-l', 'node.lib']);
  return 'node.lib';
}
