// @ts-check
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import path from 'node:path';
import { ensureHeaders, headersDir } from '../../scripts/lib/headers.mjs';
import { runOrFail } from '../../scripts/lib/run.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { root, scratchDir } from './paths.mjs';

/**
 * Compiles raw/raw.cc with the system's compiler, unless that was done.
 *
 * @returns {Promise<string>} path of the program
 */
export async function buildRaw() {
  const source = path.join(root, 'benchmarks', 'raw', 'raw.cc');
  const { tools } = await findTools();
  if (tools.compiler === null) throw new Error('the raw C API loop needs g++ or clang++ (not there on Windows)');
  await ensureHeaders();
  const key = createHash('sha256').update(readFileSync(source)).update(headersDir).update(tools.compiler);
  const program = path.join(scratchDir, `raw-${key.digest('hex').slice(0, 12)}`);
  if (existsSync(program)) return program;
  mkdirSync(scratchDir, { recursive: true });
  // CXX may hold a launcher and flags, as in "ccache g++".
  const [command = 'c++', ...flags] = tools.compiler.split(' ').filter(Boolean);
  const temporary = `${program}.${process.pid}`;
  const args = [...flags, '-O2', '-std=c++20', '-I', headersDir, source, '-o', temporary, '-ldl'];
  await runOrFail('Compiling benchmarks/raw/raw.cc', command, args);
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
