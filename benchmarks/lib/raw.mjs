// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { ensureHeaders, headersDir } from '../../scripts/lib/headers.mjs';
import { runOrFail } from '../../scripts/lib/run.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { root, scratchDir } from './paths.mjs';

/**
 * Compiles raw/raw.cc, unless that was done.
 *
 * @returns {Promise<string>} path of the program
 */
export async function buildRaw() {
  await ensureHeaders();
  return compile('raw', [path.join(root, 'benchmarks', 'raw', 'raw.cc')], headersDir);
}

/**
 * Compiles raw/allocators.cc with the memory pool, unless that was done.
 *
 * @returns {Promise<string>} path of the program
 */
export async function buildAllocators() {
  const native = path.join(root, 'native');
  const folder = path.join(native, 'memory');
  const pool = readdirSync(folder).filter((name) => name.endsWith('.cc'));
  const sources = [
    path.join(root, 'benchmarks', 'raw', 'allocators.cc'),
    ...pool.map((name) => path.join(folder, name)),
    ...['error', 'numa'].map((name) => path.join(native, 'core', `${name}.cc`)),
  ];
  return compile('allocators', sources, native);
}

/**
 * With the system's compiler.
 *
 * @param {string} name
 * @param {string[]} sources
 * @param {string} include
 */
async function compile(name, sources, include) {
  const { tools } = await findTools();
  if (tools.compiler === null) throw new Error(`${name} needs g++ or clang++ (not there on Windows)`);
  const key = createHash('sha256').update(include).update(tools.compiler);
  for (const source of sources) key.update(readFileSync(source));
  const program = path.join(scratchDir, `${name}-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(scratchDir, { recursive: true });
  // CXX may hold a launcher and flags, as in "ccache g++".
  const [command = 'c++', ...flags] = tools.compiler.split(' ').filter(Boolean);
  const temporary = `${program}.${process.pid}`;
  const args = [...flags, '-O2', '-std=c++20', '-I', include, ...sources, '-o', temporary, '-ldl', '-lpthread'];
  await runOrFail(`Compiling ${name}`, command, args);
  renameSync(temporary, program);
  return program;
}

/**
 * Arguments of the program, in its order.
 *
 * @param {object} options
 * @param {string} options.library
 * @param {string} options.model
 * @param {'fresh' | 'preallocated'} options.output
 * @param {readonly number[] | readonly (readonly number[])[]} options.dims several are used in turn
 * @param {number} [options.numInputs]
 * @param {number} options.warmupMs
 * @param {number} options.measureMs
 * @param {number} [options.block]
 */
export function rawArguments({ library, model, output, dims, numInputs = 1, warmupMs, measureMs, block = 1 }) {
  const list = /** @type {number[][]} */ (Array.isArray(dims[0]) ? dims : [dims]);
  const dimsText = list.map((each) => each.join('x')).join(',');
  return [library, model, output, dimsText, numInputs, warmupMs, measureMs, block].map(String);
}
