// Runs every case through the raw C API, this library and onnxruntime-node, and judges this library by the other two.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { readBundle, writeBundle } from './bundle.mjs';
import { readCases } from './cases.mjs';
import { overallChecks } from './checks.mjs';
import { drive } from './drive.mjs';
import { judge, problemsOfAgreement } from './judge.mjs';

/**
 * @typedef {import('./cases.mjs').Case} Case
 * @typedef {import('./judge.mjs').Verdict} Verdict
 *
 * @typedef {object} Report
 * @property {Case[]} cases
 * @property {Verdict[]} verdicts one of each case, in their order
 * @property {Map<string, import('./judge.mjs').Runs>} runs by name of the case
 * @property {{ name: string, problem: string | null }[]} checks of the whole
 */

const runners = fileURLToPath(new URL('runners/', import.meta.url));
const node = (/** @type {string} */ script, /** @type {string} */ list, /** @type {unknown[]} */ ...args) => [
  process.execPath,
  path.join(runners, script),
  list,
  ...args.map((arg) => JSON.stringify(arg)),
];

/** How many engines work at the same time in the second pass. */
const WIDTH = 8;

/**
 * @param {object} how
 * @param {string} how.casesDir
 * @param {string} how.rawRun the program raw_run
 * @param {string} how.onnxruntime the library that both sides use
 * @param {(text: string) => void} [how.onStep]
 * @returns {Promise<Report>}
 */
export async function runConformance({ casesDir, rawRun, onnxruntime, onStep = () => {} }) {
  const cases = readCases(casesDir);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-conformance-'));
  const env = { ...process.env, NODE_TENSORRT_ONNXRUNTIME: onnxruntime };
  const inputs = (/** @type {Case} */ one) => (one.class === 'tensors' ? path.join(dir, `${one.name}.inputs`) : '');
  for (const one of cases) if (one.class === 'tensors') writeBundle(inputs(one), one.inputs);

  /** @type {Report['checks']} */
  const endings = [];
  /** @param {string} label @param {(list: string) => string[]} command @returns {Promise<Map<string, import('./judge.mjs').Ran>>} */
  const runAll = async (label, command) => {
    const start = performance.now();
    const outputs = (/** @type {string} */ name) => path.join(dir, `${name}.${label.replace(/\W+/g, '-')}`);
    const items = cases.map((one) => ({
      name: one.name,
      model: one.model,
      inputs: inputs(one),
      outputs: outputs(one.name),
    }));
    const { outcomes, problem } = await drive(command, items, { dir, env });
    endings.push({ name: `the process of ${label} ends well`, problem });
    onStep(`${label}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    return new Map(
      [...outcomes].map(([name, outcome]) => {
        const computed = outcome.stage === 'ok' && items.find((item) => item.name === name)?.inputs !== '';
        return [name, { outcome, results: computed ? readBundle(outputs(name)) : null }];
      }),
    );
  };

  try {
    const raw = await runAll('C API', (list) => [rawRun, list, '1']);
    const ours = await runAll('node-tensorrt', (list) =>
      node('ours.mjs', list, { threads: 1, inlineBelowUs: 1_000_000 }, 1, false),
    );
    const theirs = await runAll('onnxruntime-node', (list) => node('onnxruntime-node.mjs', list));
    const raw2 = await runAll('C API, 2 threads', (list) => [rawRun, list, '2']);
    const ours2 = await runAll(`node-tensorrt, 2 threads, 2 instances, ${WIDTH} engines at a time`, (list) =>
      node('ours.mjs', list, { threads: 2, instances: 2, inlineBelowUs: 0 }, WIDTH, true),
    );
    const of = (/** @type {Map<string, any>} */ all, /** @type {Case} */ one) => all.get(one.name);
    /** @type {Report['runs']} */
    const runs = new Map(
      cases.map((one) => [one.name, { raw: of(raw, one), ours: of(ours, one), theirs: of(theirs, one) }]),
    );
    const verdicts = cases.map((one) => {
      const verdict = judge(one, of(runs, one));
      const second = problemsOfAgreement(one, of(raw2, one), of(ours2, one)).map((text) => `with 2 threads: ${text}`);
      return { ...verdict, problems: [...verdict.problems, ...second] };
    });
    return { cases, verdicts, runs, checks: [...endings, ...overallChecks(cases, verdicts, runs)] };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
