import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { cachedCompiler, compilerCacheEnv } from './compiler-cache.mjs';
import { SetupError } from './errors.mjs';
import { headersDir } from './headers.mjs';
import { nativeSources } from './native-sources.mjs';
import { ensureNodeHeaders } from './node-headers.mjs';
import { programs, root } from './paths.mjs';
import { pins } from './pins.mjs';
import { run, tail } from './run.mjs';
import { hashFiles, isStamped, listFiles, writeStamp } from './stamp.mjs';

const addon = path.join(root, 'build', 'Release', 'node_tensorrt.node');
// In build/, so that `node-gyp clean` removes them with the addon.
const stamp = path.join(root, 'build', '.node-tensorrt-addon');
const environmentStamp = path.join(root, 'build', '.node-tensorrt-environment');
const logFile = path.join(root, 'build', 'native-build.log');

/**
 * Compiles build/Release/node_tensorrt.node when its sources or what they are compiled with have changed.
 * @param {import('./tools.mjs').Tools} tools
 */
export async function buildAddon(tools) {
  const nodedir = await ensureNodeHeaders();
  const environment = hashFiles(
    root,
    ['node_modules/node-addon-api/package.json', 'node_modules/node-gyp/package.json'],
    {
      abi: process.versions.modules,
      napi: process.versions.napi,
      platform: process.platform,
      arch: process.arch,
      headers: pins.onnxruntimeHeaders.treeSha256,
      headersDir,
      nodedir,
      compiler: tools.compiler,
    },
  );
  const sources = ['binding.gyp', ...listFiles(path.join(root, 'native'), isAddonFile).map((file) => `native/${file}`)];
  const hash = hashFiles(root, sources, environment);
  if (existsSync(addon) && isStamped(stamp, hash)) return { fresh: true, note: 'up to date' };

  nativeSources();
  mkdirSync(path.dirname(logFile), { recursive: true });
  // make compares file times only: what was compiled with another Node or compiler must go first.
  if (!isStamped(environmentStamp, environment)) await nodeGyp(['clean'], tools);
  const configure = ['configure', `--python=${tools.python}`, ...(nodedir ? [`--nodedir=${nodedir}`] : [])];
  await nodeGyp([...configure, '--', `-Donnxruntime_include=${headersDir}`], tools);
  await nodeGyp(['build', `--jobs=${os.availableParallelism()}`], tools);
  if (!existsSync(addon)) throw new SetupError(`node-gyp succeeded but did not make ${addon}`);
  writeStamp(environmentStamp, environment);
  writeStamp(stamp, hash);
  return { fresh: false, note: 'compiled' };
}

/** The tests under native/ are compiled by CMake, not into the addon. @param {string} file */
function isAddonFile(file) {
  return !file.startsWith('test/');
}

/**
 * @param {string[]} args
 * @param {import('./tools.mjs').Tools} tools
 */
async function nodeGyp(args, tools) {
  const { code, output } = await run(process.execPath, [programs.nodeGyp, ...args], {
    cwd: root,
    env: buildEnv(tools),
  });
  if (args[0] !== 'clean') writeFileSync(logFile, output);
  if (code !== 0) {
    const errors = output.split('\n').filter((line) => /\berror\b/i.test(line) && !line.startsWith('gyp ERR!'));
    const shown = errors.length > 0 ? `${errors.slice(0, 20).join('\n')}\n…\n` : '';
    throw new SetupError(
      `node-gyp ${args[0]} failed. All of its output is in ${logFile}:\n\n${shown}${tail(output, 40)}`,
    );
  }
}

/**
 * npm hands its settings on as npm_config_* variables, and node-gyp lets those win over its own arguments.
 * @param {import('./tools.mjs').Tools} tools
 */
function buildEnv(tools) {
  const ours = /^npm_(config|package_config_node_gyp)_(nodedir|python|jobs|debug|target|arch|devdir)$/i;
  const env = Object.fromEntries(Object.entries(compilerCacheEnv()).filter(([name]) => !ours.test(name)));
  return tools.compiler ? { ...env, CXX: cachedCompiler(tools.compiler) } : env;
}
