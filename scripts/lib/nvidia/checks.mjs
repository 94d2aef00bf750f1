import { readdirSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { run } from '../run.mjs';
import { profileOf } from './models.mjs';

/**
 * What build_check and parse_check print.
 * @typedef {{ node: number, name: string, op: string, code: string, text: string }} Refusal `node` is -1 where it is of none
 * @typedef {{ name: string, type: string, dims: number[] }} TensorInfo open dimensions are -1
 * @typedef {{ name: string, parent: string, steps: number, done: number, finished: boolean }} Phase
 *
 * @typedef {object} BuildResult
 * @property {string} target
 * @property {boolean} ok
 * @property {number} seconds
 * @property {number} planBytes
 * @property {Phase[]} phases
 * @property {Refusal[]} refused
 * @property {string[]} errors
 * @property {string[]} warnings
 *
 * @typedef {object} ParseResult
 * @property {string} model
 * @property {boolean} ok
 * @property {Refusal[]} refused every node whose operator or attributes are refused, or the first that does not fit the others
 * @property {TensorInfo[]} inputs
 * @property {TensorInfo[]} outputs
 * @property {number} layers
 * @property {string[]} errors
 * @property {string[]} warnings
 */

/** The library of a folder, whatever its version. @param {string} dir @param {string} name without version */
export function libraryIn(dir, name) {
  const found = readdirSync(dir).find((file) => file.startsWith(`${name}.so`));
  if (!found) throw new SetupError(`There is no ${name}.so in ${dir}`);
  return path.join(dir, found);
}

/**
 * Builds a model with TensorRT-RTX for each target.
 * @param {import('./programs.mjs').CheckPrograms} programs
 * @param {import('./models.mjs').CheckedModel} model
 * @param {readonly string[]} targets
 * @returns {Promise<{ version: string, targets: BuildResult[] }>}
 */
export async function buildCheck({ buildCheck: program, rtxLib }, model, targets) {
  const libraries = [
    ...['--library', libraryIn(rtxLib, 'libtensorrt_rtx')],
    ...['--parser', libraryIn(rtxLib, 'libtensorrt_onnxparser_rtx')],
  ];
  const wanted = ['--profile', profileOf(model), ...targets.flatMap((target) => ['--target', target])];
  return readJson(program, [...libraries, '--model', model.file, ...wanted]);
}

/**
 * Reads models with TensorRT's parser.
 * @param {import('./programs.mjs').CheckPrograms} programs
 * @param {readonly string[]} files
 * @returns {Promise<{ version: string, models: ParseResult[] }>}
 */
export async function parseCheck({ parseCheck: program, tensorrtLib }, files) {
  const libraries = [
    ...['--library', libraryIn(tensorrtLib, 'libnvinfer')],
    ...['--parser', libraryIn(tensorrtLib, 'libnvonnxparser')],
  ];
  return readJson(program, [...libraries, ...files.flatMap((file) => ['--model', file])]);
}

/** @param {string} program @param {string[]} args */
async function readJson(program, args) {
  const { code, stdout, output } = await run(program, args);
  // 1 says that something was refused, which is an answer.
  if (code !== 0 && code !== 1)
    throw new SetupError(`${path.basename(program)} failed (exit code ${code}):\n${output}`);
  return JSON.parse(stdout);
}
