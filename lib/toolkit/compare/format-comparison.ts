import { describeSide, describeTolerance, describeTypes, describeVerdict } from './describe-report.js';
import { type Loss, losses } from './losses.js';
import type { ComparisonReport, DivergenceReport, IntermediatesReport } from './report.js';
import { describeCount, describeName, describeNumber, describeShare } from './words.js';

/** Options of `formatComparison`. */
export interface FormatComparisonOptions {
  /** Inner values that are listed: those that lose most. @default 10 */
  values?: number;
}

/** A comparison as text for a terminal: verdict, table of outputs, metrics, and where inner values go wrong. */
export function formatComparison(report: ComparisonReport, { values = 10 }: FormatComparisonOptions = {}): string {
  const lines = [
    `a  ${describeSide(report.a)}`,
    `b  ${describeSide(report.b)}`,
    `${describeCount(report.samples)} ${report.samples === 1 ? 'sample' : 'samples'}: ${describeVerdict(report)}`,
    ...report.reasons.map(({ text }) => `  - ${describeName(text, 160)}`),
    '',
    ...table(outputRows(report), 2),
  ];
  const only = [
    ['a', report.onlyInA],
    ['b', report.onlyInB],
  ] as const;
  for (const [model, names] of only) {
    if (names.length > 0) lines.push(`not compared, only in ${model}: ${listOf(names)}`);
  }
  if (Object.keys(report.metrics).length > 0) lines.push('', ...table(metricRows(report), 1));
  if (report.intermediates) lines.push('', ...innerValues(report.intermediates, values));
  return `${lines.join('\n')}\n`;
}

function listOf(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => describeName(name));
  return names.length > 10 ? `${shown.join(', ')} and ${names.length - 10} more` : shown.join(', ');
}

function outputRows({ outputs }: ComparisonReport): string[][] {
  const head = [
    'output',
    'type',
    'SNR dB',
    'cosine',
    'max abs',
    'mean abs',
    'p99 abs',
    'max rel',
    'differing',
    'arg-max',
    'not finite',
  ];
  const rows = outputs.map((output) => {
    const { all, argMax, percentiles } = output;
    return [
      describeName(output.name),
      describeTypes(output),
      describeNumber(all.snr),
      describeCosine(all.cosine),
      describeNumber(all.maxAbs),
      describeNumber(all.meanAbs),
      describeNumber(percentiles?.p99 ?? null),
      describeNumber(all.maxRel),
      describeShare(all.differing, all.elements),
      argMax ? describeShare(argMax.same, argMax.rows) : '–',
      describeCount(all.nonFinite),
    ];
  });
  return [head, ...rows];
}

/** Differences are in the digits behind the nines. */
export function describeCosine(cosine: number | null): string {
  if (cosine === null) return '–';
  const digits = Math.min(12, Math.max(4, Math.ceil(-Math.log10(1 - cosine)) + 1));
  return cosine === 1 ? '1' : cosine.toFixed(digits);
}

function metricRows({ metrics }: ComparisonReport): string[][] {
  const rows = Object.entries(metrics).map(([name, { mean, min, max, samples }]) => [
    describeName(name),
    describeNumber(mean),
    describeNumber(min),
    describeNumber(max),
    describeCount(samples),
  ]);
  return [['metric', 'mean', 'min', 'max', 'samples'], ...rows];
}

function innerValues(report: IntermediatesReport, most: number): string[] {
  const { values, samples, numSkipped, firstDivergence, furtherDivergences, divergence } = report;
  const diverging = values.filter(({ diverges }) => diverges).length;
  const lines = [
    `${describeCount(values.length)} inner values compared with ${describeCount(samples)} ${samples === 1 ? 'sample' : 'samples'}, ` +
      `${describeCount(numSkipped)} not comparable; ${describeCount(diverging)} diverge (${describeTolerance(divergence)})`,
  ];
  if (firstDivergence) lines.push('first divergence:', ...divergenceLines(firstDivergence));
  if (furtherDivergences.length > 0) {
    lines.push(
      `and from inputs that do not diverge, at ${furtherDivergences.length} other places: ${listOf(furtherDivergences.map(({ node }) => node))}`,
    );
  }
  const worst = losses(values).slice(0, most);
  if (worst.length > 0) lines.push('', 'where most is lost:', ...table(lossRows(worst), 3));
  return lines;
}

function divergenceLines({ node, opType, value, statistics, inputs }: DivergenceReport): string[] {
  const notFinite = statistics.nonFinite > 0 ? `, ${describeCount(statistics.nonFinite)} elements not finite` : '';
  return [
    `  ${opType} '${describeName(node)}'`,
    `    gives '${describeName(value)}': SNR ${describeNumber(statistics.snr)} dB, max abs ${describeNumber(statistics.maxAbs)}${notFinite}`,
    ...inputs.map(
      (input) =>
        `    takes '${describeName(input.value)}': SNR ${describeNumber(input.statistics.snr)} dB, max abs ${describeNumber(input.statistics.maxAbs)}`,
    ),
  ];
}

function lossRows(worst: readonly Loss[]): string[][] {
  const rows = worst.map(({ value, before }) => [
    describeName(value.node, 44),
    value.opType,
    describeName(value.value, 44),
    describeNumber(before),
    describeNumber(value.snr),
    describeNumber(value.maxAbs),
    describeCount(value.nonFinite),
  ]);
  return [['node', 'operator', 'value', 'SNR before', 'SNR after', 'max abs', 'not finite'], ...rows];
}

/** Columns beside one another: the first `numLeft` flush left, numbers flush right. */
function table(rows: readonly (readonly string[])[], numLeft: number): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => [...(row[column] ?? '')].length)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const space = ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length));
        return column < numLeft ? cell + space : space + cell;
      })
      .join('  ')
      .trimEnd(),
  );
}
