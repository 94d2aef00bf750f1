// What must hold of all cases together, and controls that the judge is not blind.

import { drawsNewNumbers, storedDifferences } from './exceptions.mjs';
import { judge } from './judge.mjs';
import { count } from './summary.mjs';
import { carried } from './tensor-types.mjs';

/** How many tensor cases onnxruntime-node 1.30 was measured to pass, with the wide tolerance. */
const MEASURED_BEFORE = 1413;

/**
 * @param {readonly import('./cases.mjs').Case[]} cases
 * @param {readonly import('./judge.mjs').Verdict[]} verdicts
 * @param {ReadonlyMap<string, import('./judge.mjs').Runs>} runs
 * @returns {{ name: string, problem: string | null }[]}
 */
export function overallChecks(cases, verdicts, runs) {
  const { stored, tensorsByType, emptyTensors, scalars } = count({ cases, verdicts, runs });
  const names = new Set(cases.map(({ name }) => name));
  const excused = [...drawsNewNumbers.keys(), ...storedDifferences.keys()];
  const unmet = [...carried.values()].map(({ name }) => name).filter((name) => !tensorsByType.has(name));
  const check = (/** @type {string} */ name, /** @type {boolean} */ good, /** @type {string} */ problem) => ({
    name,
    problem: good ? null : problem,
  });
  return [
    check(
      'at least as many cases have the stored outputs as with onnxruntime-node',
      stored.ours >= stored.theirs && stored.oursWide >= stored.theirsWide,
      `${stored.ours} of ours, ${stored.theirs} of theirs; with the wide tolerance ${stored.oursWide}, ${stored.theirsWide}`,
    ),
    check(
      `with the wide tolerance at least ${MEASURED_BEFORE} cases have the stored outputs`,
      stored.oursWide >= MEASURED_BEFORE,
      `${stored.oursWide} have`,
    ),
    check('every element type that is carried is met', unmet.length === 0, `not met: ${unmet.join(', ')}`),
    check('scalars and tensors without elements are met', scalars > 0 && emptyTensors > 0, 'they are not'),
    check(
      'every excused case exists',
      excused.every((name) => names.has(name)),
      `no such cases: ${excused.filter((name) => !names.has(name)).join(', ')}`,
    ),
    ...controls(cases, verdicts, runs),
  ];
}

/**
 * A case that passes must fail once one bit of its stored output, of the C API's or of ours is another.
 * @param {readonly import('./cases.mjs').Case[]} cases
 * @param {readonly import('./judge.mjs').Verdict[]} verdicts
 * @param {ReadonlyMap<string, import('./judge.mjs').Runs>} runs
 */
function controls(cases, verdicts, runs) {
  const good = verdicts.find(
    ({ problems, sameBits, oursStored }) => problems.length === 0 && sameBits && oursStored === null,
  );
  const one = cases.find(({ name }) => name === good?.name);
  const ran = runs.get(good?.name ?? '');
  if (one === undefined || ran === undefined) return [{ name: 'a damaged case fails', problem: 'no case passes' }];
  const damaged = (/** @type {import('./judge.mjs').Ran} */ { outcome, results }) => ({
    outcome,
    results: flip(results ?? []),
  });
  const altered = {
    'stored output': judge({ ...one, expected: flip(one.expected) }, ran),
    'output of the C API': judge(one, { ...ran, raw: damaged(ran.raw) }),
    'output of this library': judge(one, { ...ran, ours: damaged(ran.ours) }),
  };
  return Object.entries(altered).map(([what, { problems, remark }]) => ({
    name: `it is noticed when the ${what} of '${one.name}' is altered`,
    problem: problems.length > 0 || remark !== null ? null : 'nothing is said',
  }));
}

/** With another sign, or another top bit, of the last element. @param {readonly import('./onnx-file.mjs').Tensor[]} tensors */
function flip(tensors) {
  return tensors.map((tensor) => {
    const data = Buffer.from(tensor.data);
    data[data.length - 1] ^= 0x80;
    return { ...tensor, data };
  });
}
