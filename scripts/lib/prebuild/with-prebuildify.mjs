import os from 'node:os';
import path from 'node:path';
import { ensureNodeHeaders } from '../node-headers.mjs';
import { packageFile } from '../paths.mjs';
import { runOrFail } from '../run.mjs';
import { joinByFolder } from './sources.mjs';

/**
 * Builds the addon for a Linux with binding.gyp: prebuildify, node-gyp, make, Zig.
 * @param {import('./targets.mjs').Target} target
 * @param {{ dir: string, python: string, zig: import('../zig.mjs').Zig }} where `dir`: the copy of the sources
 * @returns {Promise<string>} path of the addon
 */
export async function buildWithPrebuildify({ platform, arch, triple }, { dir, python, zig }) {
  const nodedir = await ensureNodeHeaders();
  joinByFolder(dir);
  const inherited = Object.entries(zig.env).filter(([name]) => !/^npm_/i.test(name));
  const env = {
    ...Object.fromEntries(inherited),
    PATH: [zig.dir, path.join(dir, 'scripts', 'lib', 'prebuild'), process.env.PATH].join(path.delimiter),
    CC: `zig-for-make cc -target ${triple}`,
    CXX: `zig-for-make c++ -target ${triple}`,
    CFLAGS: '-g0',
    CXXFLAGS: '-g0',
    AR: 'zig ar',
    LDFLAGS: '-s', // instead of prebuildify's --strip, whose program knows only the machine's own format
    npm_config_nodedir: nodedir ?? '',
    npm_config_python: python,
    npm_config_jobs: String(os.availableParallelism()),
  };
  const args = ['--napi', '--name', 'node-tensorrt', '--target', process.versions.node];
  const options = ['--platform', platform, '--arch', arch, '--cwd', dir, '--out', dir];
  const program = packageFile('prebuildify', 'bin.js');
  await runOrFail(`prebuildify for ${platform}-${arch}`, process.execPath, [program, ...args, ...options], { env });
  return path.join(dir, 'prebuilds', `${platform}-${arch}`, 'node-tensorrt.node');
}
