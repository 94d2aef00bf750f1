// What the runners have in common. A runner is a process that works through a list of cases and says on stdout how far it
// is, so that the case in which it died is known. native/test/conformance/raw_run.cc does the same.
//
//   argument 1: a file with a line per case: its name, model, bundle of inputs ('' to load only), bundle to write outputs
//   to, separated by tabs
//   stdout: "begin NAME", "note NAME TEXT", "end NAME STAGE CODE TEXT" with tabs between; STAGE is 'ok', or what failed:
//   'load' or 'run'

import { readFileSync } from 'node:fs';
import { readBundle, writeBundle } from '../bundle.mjs';

/** @typedef {import('../onnx-file.mjs').Tensor} Tensor */

/** A failure of a case, with the stage in which it came. */
export class CaseFailure extends Error {
  /** @param {'load' | 'run'} stage @param {unknown} cause */
  constructor(stage, cause) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.stage = stage;
    // A code only counts as typed on the library's own class of error.
    const { name, code } = /** @type {{ name?: string, code?: string }} */ (cause ?? {});
    this.code = name === 'NodeTensorRTError' ? String(code) : '';
  }
}

/**
 * @template T
 * @param {'load' | 'run'} stage
 * @param {() => Promise<T>} work
 */
export async function inStage(stage, work) {
  try {
    return await work();
  } catch (error) {
    throw new CaseFailure(stage, error);
  }
}

/**
 * Works through the list of argument 1.
 * @param {(model: string, inputs: Tensor[] | null, note: (text: string) => void) => Promise<Tensor[]>} run `inputs` is
 *   null when the model is to be loaded only
 * @param {number} [width] cases that are worked on at the same time
 */
export async function serve(run, width = 1) {
  const list = readFileSync(process.argv[2], 'utf8').split('\n').filter(Boolean);
  let next = 0;
  const worker = async () => {
    for (let i = next++; i < list.length; i = next++) await runOne(list[i], run);
  };
  await Promise.all(Array.from({ length: width }, worker));
}

/** @param {string} line @param {Parameters<typeof serve>[0]} run */
async function runOne(line, run) {
  const [name, model, inputs, outputs] = line.split('\t');
  say('begin', name);
  try {
    const results = await run(model, inputs ? readBundle(inputs) : null, (text) => say('note', name, text));
    if (inputs) writeBundle(outputs, results);
    say('end', name, 'ok', '', '');
  } catch (error) {
    if (!(error instanceof CaseFailure)) throw error;
    say('end', name, error.stage, error.code, error.message);
  }
}

/** @param {string[]} parts */
function say(...parts) {
  process.stdout.write(`${parts.map((part) => part.replace(/\s+/g, ' ')).join('\t')}\n`);
}
