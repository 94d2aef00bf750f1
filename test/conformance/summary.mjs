// The numbers of a report, and its text for the terminal.

import { describe } from './judge.mjs';
import { carried, typeName } from './tensor-types.mjs';

/** @typedef {Pick<import('./conformance.mjs').Report, 'cases' | 'verdicts' | 'runs'>} Judged */

/** @param {Judged} judged */
export function count({ cases, verdicts, runs }) {
  const tensorVerdicts = verdicts.filter((_, i) => cases[i].class === 'tensors');
  const of = (/** @type {(verdict: import('./judge.mjs').Verdict) => boolean} */ test) =>
    tensorVerdicts.filter(test).length;
  /** @type {Map<string, number>} */
  const tensorsByType = new Map();
  let scalars = 0;
  let emptyTensors = 0;
  for (const one of cases) {
    const results = runs.get(one.name)?.ours.results;
    if (!results) continue;
    for (const { type, dims } of [...one.inputs, ...results]) {
      tensorsByType.set(typeName(type), (tensorsByType.get(typeName(type)) ?? 0) + 1);
      if (dims.length === 0) scalars++;
      if (dims.includes(0)) emptyTensors++;
    }
  }
  return {
    folders: cases.length,
    tensors: tensorVerdicts.length,
    otherTypes: cases.filter((one) => one.class === 'type').length,
    otherKinds: cases.filter((one) => one.class === 'kind').length,
    stored: {
      ours: of(({ oursStored }) => oursStored === null),
      theirs: of(({ theirsStored }) => theirsStored === null),
      oursWide: of(({ wide }) => wide.ours),
      theirsWide: of(({ wide }) => wide.theirs),
    },
    sameBits: of(({ sameBits }) => sameBits),
    ran: of(({ name }) => runs.get(name)?.ours.results != null),
    ranTheirs: of(({ name }) => runs.get(name)?.theirs.results != null),
    tensorsByType,
    scalars,
    emptyTensors,
  };
}

/**
 * Cases of a class that this library refuses, gathered by why.
 * @param {Judged} judged
 * @param {import('./cases.mjs').Case['class']} kind
 * @returns {[string, string[]][]} the reason and the cases
 */
export function refusals({ cases, runs }, kind) {
  /** @type {Map<string, string[]>} */
  const groups = new Map();
  for (const { name, class: own } of cases) {
    const outcome = runs.get(name)?.ours.outcome;
    if (own !== kind || !outcome || outcome.stage === 'ok') continue;
    const reason = describe({ ...outcome, message: shorten(outcome.message) });
    groups.set(reason, [...(groups.get(reason) ?? []), name]);
  }
  return [...groups].sort((a, b) => b[1].length - a[1].length);
}

/** ONNX Runtime's messages without paths and names that differ from case to case. @param {string} message */
function shorten(message) {
  return message
    .replace(/^.*model\.onnx failed: ?/, '')
    .replace(/ with name ''/, '')
    .replace(/ \(node:.*$/, '')
    .replace(/\/onnxruntime_src\/.*( was false\.|<lambda\(\)>) /, '')
    .replace(/\. If you need .*$/, '')
    .replace(/^(tensor )?'[^']*'/, (_, tensor) => (tensor ? 'a tensor' : 'an input or output'))
    .trim();
}

/** Cases that have the stored outputs here, and not with onnxruntime-node. @param {Judged} judged */
export function onlyOurs({ cases, verdicts }) {
  return verdicts
    .filter(
      ({ oursStored, theirsStored }, i) => cases[i].class === 'tensors' && oursStored === null && theirsStored !== null,
    )
    .map(({ name }) => name);
}

/** @param {import('./conformance.mjs').Report} report */
export function formatReport(report) {
  const n = count(report);
  const types = [...carried.values()].map(({ name }) => `${name} ${n.tensorsByType.get(name) ?? 'NONE'}`).join(', ');
  const failed = report.verdicts.filter(({ problems }) => problems.length > 0);
  const lines = [
    `${n.folders} cases: ${n.tensors} of tensors, ${n.otherTypes} with other element types and ${n.otherKinds} with sequences or optionals, refused`,
    `ran: ${n.ran} (onnxruntime-node ${n.ranTheirs}); bit for bit as the C API: ${n.sameBits}`,
    `stored outputs within ONNX's tolerance: ${n.stored.ours} (onnxruntime-node ${n.stored.theirs}), other values: ${n.ran - n.stored.ours}; with an absolute tolerance of 1e-3: ${n.stored.oursWide} (${n.stored.theirsWide})`,
    `of these not with onnxruntime-node: ${onlyOurs(report).join(', ') || 'none'}`,
    `not run, as in the C API: ${n.tensors - n.ran}`,
    ...refusals(report, 'tensors').map(([reason, names]) => `  ${names.length} ${reason}`),
    `tensors by type: ${types}; ${n.scalars} scalars, ${n.emptyTensors} without elements`,
    ...report.verdicts.flatMap(({ name, remark }) =>
      remark === null ? [] : [`remark on ${name}: ${remark.slice(0, 300)}`],
    ),
    ...failed.flatMap(({ name, problems }) => problems.map((problem) => `FAILED ${name}: ${problem.slice(0, 300)}`)),
    ...report.checks.flatMap(({ name, problem }) => (problem === null ? [] : [`FAILED ${name}: ${problem}`])),
  ];
  return lines.join('\n');
}
