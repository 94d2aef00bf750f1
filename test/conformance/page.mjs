// The tables of docs/conformance.md.

import os from 'node:os';
import { drawsNewNumbers, storedDifferences } from './exceptions.mjs';
import { count, onlyOurs, refusals } from './summary.mjs';
import { carried } from './tensor-types.mjs';

/** @param {import('./conformance.mjs').Report} report */
export function pageText(report) {
  const n = count(report);
  const { stored } = n;
  const bad = report.verdicts.filter(({ problems }) => problems.length > 0);
  return [
    `Run on ${new Date().toISOString().slice(0, 10)} (${os.type()} ${os.arch()}, ${os.cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}).`,
    '',
    ...table(
      ['', 'node-tensorrt', 'onnxruntime-node'],
      [
        ['cases', n.folders, n.folders],
        ['… of tensors whose types are carried', n.tensors, n.tensors],
        ['… … that run', n.ran, n.ranTheirs],
        ['… … with the stored outputs, absolute tolerance 1e-7 as in ONNX', stored.ours, stored.theirs],
        ['… … with the stored outputs, absolute tolerance 1e-3', stored.oursWide, stored.theirsWide],
        ['… … bit for bit as the C API', n.sameBits, 'not compared'],
        ['… with other element types', `${n.otherTypes}, refused`, 'not compared'],
        ['… with sequences or optionals', `${n.otherKinds}, refused`, 'not compared'],
        ['failures', bad.length, ''],
      ],
    ),
    '',
    '### Failures',
    ...(bad.length === 0
      ? ['None.']
      : bad.flatMap(({ name, problems }) => problems.map((text) => `- \`${name}\`: ${text.slice(0, 300)}`))),
    '',
    '### Cases that onnxruntime-node does not pass, and this library does',
    list(onlyOurs(report)) || 'None.',
    '',
    '### Tensors that went through, by element type',
    ...table(
      ['type', 'inputs and outputs'],
      [
        ...[...carried.values()].map(({ name }) => [name, n.tensorsByType.get(name) ?? 'none: not in the suite']),
        ['scalars (rank 0)', n.scalars],
        ['without elements', n.emptyTensors],
      ],
    ),
    '',
    '### Cases that run with other values than stored',
    'The C API computes the same values, and onnxruntime-node too.',
    '',
    ...table(['reason', 'cases'], byReason(storedDifferences)),
    '',
    '### Cases that do not run',
    'The C API refuses them as well, with the same message (here shortened).',
    '',
    ...table(
      ['how', 'cases'],
      refusals(report, 'tensors').map(([reason, names]) => [reason, list(names)]),
    ),
    '',
    '### Cases that the library refuses',
    'ONNX Runtime loads all of them but those with float4e2m1.',
    '',
    ...table(
      ['how', 'cases'],
      [
        ...refusals(report, 'type').map(([reason, names]) => [reason, names.length]),
        ...refusals(report, 'kind').map(([reason, names]) => [reason, `${names.length}: ${list(names)}`]),
      ],
    ),
    '',
    '### Excused from giving the same bits twice',
    ...table(['reason', 'cases'], byReason(drawsNewNumbers)),
  ].join('\n');
}

/** @param {string[]} head @param {(string | number)[][]} rows */
function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) =>
    `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

/** @param {ReadonlyMap<string, string>} reasons */
function byReason(reasons) {
  const cases = (/** @type {string} */ reason) => [...reasons.keys()].filter((name) => reasons.get(name) === reason);
  return [...new Set(reasons.values())].map((reason) => [reason, list(cases(reason))]);
}

/** @param {readonly string[]} names */
const list = (names) => names.map((name) => `\`${name}\``).join(', ');
