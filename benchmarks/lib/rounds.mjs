// @ts-check
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rawArguments } from './raw.mjs';

/**
 * @typedef {object} Context What every question can use.
 * @property {boolean} quick
 * @property {Record<string, string>} models paths by name
 * @property {string} library path of ONNX Runtime
 * @property {string} raw path of the compiled raw loop
 * @property {string | null} picture path of the OCR example's picture, if it is there
 * @property {string | null} magika path of Google's Magika model, if it is there
 * @property {import('./build-tools.mjs').BuildTools | null} build what builds engines, if it is there and asked for
 *
 * @typedef {object} Subject One thing that is measured, in a process of its own in every round.
 * @property {string} id key of its results in a round
 * @property {string} label
 * @property {'ours' | 'peer' | 'pool' | 'raw' | 'control'} kind
 * @property {string} [measure] the function of the question's module that measures it; absent for the raw loop
 * @property {Record<string, any>} params its argument, or those of `rawArguments`
 *
 * @typedef {Record<string, any>} Round results by subject
 */

const childProgram = fileURLToPath(new URL('child.mjs', import.meta.url));

/**
 * Measures all subjects one after the other, and that again and again: A B C A B C …
 *
 * @param {object} options
 * @param {string} options.program the question's file
 * @param {readonly Subject[]} options.subjects
 * @param {number} options.rounds
 * @param {Context} options.context
 * @param {(text: string) => void} [options.onProgress]
 * @returns {Promise<Round[]>}
 */
export async function measureRounds({ program, subjects, rounds, context, onProgress }) {
  /** @type {Round[]} */
  const results = [];
  for (let i = 0; i < rounds; i++) {
    /** @type {Round} */
    const round = {};
    for (const subject of subjects) {
      onProgress?.(`round ${i + 1} of ${rounds}: ${subject.label}`);
      round[subject.id] = await measureSubject(program, subject, context);
    }
    results.push(round);
  }
  return results;
}

/** @param {string} program @param {Subject} subject @param {Context} context */
async function measureSubject(program, { label, measure, params }, context) {
  const [command, args] =
    measure === undefined
      ? [context.raw, rawArguments(/** @type {any} */ ({ library: context.library, ...params }))]
      : [process.execPath, ['--expose-gc', childProgram, program, measure, JSON.stringify(params)]];
  const { code, stdout, stderr } = await runChild(/** @type {string} */ (command), /** @type {string[]} */ (args));
  const line = stdout.trimEnd().split('\n').at(-1) ?? '';
  if (code !== 0 || !line.startsWith('{')) throw new Error(`${label} ended with ${code}:\n${stderr}${stdout}`);
  return JSON.parse(line);
}

/** @param {string} command @param {string[]} args */
function runChild(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code: code ?? signal, stdout, stderr }));
  });
}

/**
 * All programs of a comparison must have computed the same.
 *
 * @param {readonly Round[]} rounds
 * @param {readonly string[]} ids subjects whose results have it
 * @param {'checksum' | 'rowChecksum'} [field] the latter is of the first row, for subjects that run different numbers of rows
 */
export function checkSameResults(rounds, ids, field = 'checksum') {
  const [first] = ids;
  const expected = first === undefined ? undefined : rounds[0]?.[first][field];
  for (const round of rounds) {
    for (const id of ids) {
      const checksum = round[id][field];
      if (!(Math.abs(checksum - expected) <= 1e-4 * Math.abs(expected))) {
        throw new Error(`${id} computed something else: checksum ${checksum}, ${first} has ${expected}`);
      }
    }
  }
}
