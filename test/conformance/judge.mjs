// What the outcomes of the three runners mean for one case.

import { differenceInBits, differenceInValues, onnxTolerance, wideTolerance } from './compare.mjs';
import { drawsNewNumbers, storedDifferences } from './exceptions.mjs';
import { refused } from './tensor-types.mjs';

/**
 * @typedef {import('./drive.mjs').Outcome} Outcome
 * @typedef {import('./onnx-file.mjs').Tensor} Tensor
 *
 * @typedef {object} Ran one runner's outcome and what it computed
 * @property {Outcome} outcome
 * @property {Tensor[] | null} results null unless the stage is 'ok' and the case has inputs
 *
 * @typedef {{ raw: Ran, ours: Ran, theirs: Ran }} Runs
 *
 * @typedef {object} Verdict
 * @property {string} name
 * @property {string[]} problems what is wrong with this library; empty when nothing is
 * @property {string | null} remark what is not as `exceptions.mjs` says, with this library and onnxruntime-node alike:
 *   another processor or release of ONNX Runtime rounds otherwise
 * @property {boolean} sameBits whether results were compared with the raw C API's and are the same
 * @property {string | null} oursStored null when our results fit the stored ones, else why not
 * @property {string | null} theirsStored the same of onnxruntime-node
 * @property {{ ours: boolean, theirs: boolean }} wide whether they fit with the wide tolerance
 */

/**
 * @param {import('./cases.mjs').Case} one
 * @param {Runs} runs
 * @returns {Verdict}
 */
export function judge(one, { raw, ours, theirs }) {
  const stored = (/** @type {Ran} */ ran, tolerance = onnxTolerance) =>
    ran.results === null ? describe(ran.outcome) : differenceInValues(one.expected, ran.results, tolerance);
  const verdict = {
    name: one.name,
    problems: [...problemsOfAgreement(one, raw, ours), ...problemsOfError(raw.outcome, ours.outcome)],
    remark: null,
    sameBits: ours.results !== null && raw.results !== null && differenceInBits(raw.results, ours.results) === null,
    oursStored: stored(ours),
    theirsStored: stored(theirs),
    wide: { ours: stored(ours, wideTolerance) === null, theirs: stored(theirs, wideTolerance) === null },
  };
  if (one.class !== 'tensors') return verdict;
  const unforeseen = unforeseenValues(one.name, verdict, ours);
  const isAlike = (verdict.oursStored === null) === (verdict.theirsStored === null);
  if (isAlike) verdict.remark = unforeseen;
  else if (unforeseen !== null) verdict.problems.push(unforeseen);
  return verdict;
}

/** @param {Outcome} outcome */
export function describe({ stage, code, message }) {
  if (stage === 'died') return `the process died (${code})`;
  return `${stage === 'load' ? 'does not load' : 'does not run'}${code === '' ? '' : ` (${code})`}: ${message}`;
}

/**
 * Whether this library does what the C API does.
 * @param {import('./cases.mjs').Case} one
 * @param {Ran} raw
 * @param {Ran} ours
 */
export function problemsOfAgreement(one, raw, ours) {
  const { stage, code, notes } = ours.outcome;
  const problems = drawsNewNumbers.has(one.name) ? [] : [...notes];
  if (drawsNewNumbers.has(one.name) && notes.length === 0)
    problems.push('is excused for drawing new numbers, and does not');
  if (stage === 'died' || raw.outcome.stage === 'died') {
    return [...problems, `this library: ${describe(ours.outcome)}; the C API: ${describe(raw.outcome)}`];
  }
  if (stage !== 'ok' && code === '') problems.push(`fails without a code: ${ours.outcome.message}`);
  if (one.class !== 'tensors' && raw.outcome.stage === 'ok')
    return [...problems, ...problemsOfRefusal(one, ours.outcome)];
  if (stage !== raw.outcome.stage) {
    return [...problems, `this library: ${describe(ours.outcome)}; the C API: ${describe(raw.outcome)}`];
  }
  if (raw.results !== null) {
    const found = differenceInBits(raw.results, ours.results ?? []);
    if (found !== null) problems.push(`other bits than the C API: ${found}`);
  }
  return problems;
}

/** ONNX Runtime's number for what it has no implementation of (OrtErrorCode). */
const NOT_IMPLEMENTED = '9';

/**
 * Whether an error of the C API reaches the user: its text, and a code that fits.
 * @param {Outcome} raw
 * @param {Outcome} ours
 */
function problemsOfError(raw, ours) {
  if (raw.stage !== ours.stage || (raw.stage !== 'load' && raw.stage !== 'run')) return [];
  const other = raw.stage === 'load' ? 'MODEL_INVALID' : 'BACKEND_ERROR';
  const expected = raw.code === NOT_IMPLEMENTED ? 'UNSUPPORTED' : other;
  const problems = ours.code === expected ? [] : [`fails with ${ours.code}, expected ${expected}`];
  if (ours.message !== raw.message) problems.push(`says "${ours.message}", the C API says "${raw.message}"`);
  return problems;
}

/**
 * What ONNX Runtime loads and the library does not carry must be refused at the load, by name.
 * @param {import('./cases.mjs').Case} one
 * @param {Outcome} ours
 */
function problemsOfRefusal(one, ours) {
  const names = one.class === 'type' ? one.otherTypes.map((type) => refused.get(type)) : ['sequence', 'optional'];
  const named = names.some((name) => name !== undefined && new RegExp(`\\b${name}\\b`).test(ours.message));
  if (ours.stage === 'load' && ours.code === 'UNSUPPORTED' && named) return [];
  return [`is not refused at the load with UNSUPPORTED that says ${names.join(' or ')}: ${describe(ours)}`];
}

/**
 * @param {string} name
 * @param {{ oursStored: string | null, theirsStored: string | null }} verdict
 * @param {Ran} ours
 */
function unforeseenValues(name, { oursStored, theirsStored }, ours) {
  const excused = storedDifferences.has(name);
  if (oursStored === null) return excused ? 'is excused for other values than stored, and has the stored ones' : null;
  if (theirsStored === null) return `onnxruntime-node passes it, this library does not: ${oursStored}`;
  // What does not run in the C API either has its reason in the error.
  return ours.outcome.stage === 'ok' && !excused ? `other values than stored: ${oursStored}` : null;
}
