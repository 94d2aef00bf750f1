import { html, type Markup, NOTHING } from '../../../page/markup.js';
import { describeTypes } from '../describe-report.js';
import { describeCosine } from '../format-comparison.js';
import { losses, snrOfInputs } from '../losses.js';
import type { ComparisonReport, IntermediateReport, OutputReport, SampleStatistics } from '../report.js';
import { describeCount, describeName, describeNumber, describeShare } from '../words.js';

/** A table that the script sorts: a cell is text, or what it is sorted by with how it is shown. */
interface Column<T> {
  readonly name: string;
  readonly text: (row: T) => string;
  /** Sorted by it; without it the column is one of text. */
  readonly number?: (row: T) => number | null;
  /** The whole text where `text` is cut. */
  readonly title?: (row: T) => string;
}

function table<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  isBad: (row: T) => boolean = () => false,
  id = '',
): Markup {
  const head = columns.map(
    ({ name, number }) =>
      html`<th${number ? html` class="n"` : NOTHING} scope="col"><button type="button">${name}</button></th>`,
  );
  const body = rows.map((row) => {
    const cells = columns.map(({ text, number, title }) => {
      if (number) return html`<td class="n" data-by="${sortKey(number(row))}">${text(row)}</td>`;
      const whole = title?.(row);
      const shown = text(row);
      return whole !== undefined && whole !== shown
        ? html`<td title="${whole}">${shown}</td>`
        : html`<td>${shown}</td>`;
    });
    return html`<tr${isBad(row) ? html` class="bad"` : NOTHING}>${cells}</tr>\n`;
  });
  return html`<div class="scroll"><table class="sortable"${id ? html` id="${id}"` : NOTHING}><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table></div>`;
}

/** What Number() of the script reads: also infinite. */
function sortKey(value: number | null): string {
  return value === null ? '' : String(value);
}

const error = <T>(name: string, of: (row: T) => number | null): Column<T> => ({
  name,
  number: of,
  text: (row) => describeNumber(of(row)),
});

export function outputTable({ outputs, reasons }: ComparisonReport): Markup {
  const failed = new Set(reasons.map(({ output }) => output));
  const columns: Column<OutputReport>[] = [
    { name: 'output', text: ({ name }) => describeName(name, 40), title: ({ name }) => name },
    { name: 'type', text: describeTypes },
    error('SNR dB', ({ all }) => all.snr),
    { name: 'cosine', number: ({ all }) => all.cosine, text: ({ all }) => describeCosine(all.cosine) },
    error('max abs', ({ all }) => all.maxAbs),
    error('mean abs', ({ all }) => all.meanAbs),
    error('p50 abs', ({ percentiles }) => percentiles?.p50 ?? null),
    error('p99 abs', ({ percentiles }) => percentiles?.p99 ?? null),
    error('p99.9 abs', ({ percentiles }) => percentiles?.p999 ?? null),
    error('max rel', ({ all }) => all.maxRel),
    {
      name: 'differing',
      number: ({ all }) => all.differing / Math.max(1, all.elements),
      text: ({ all }) => describeShare(all.differing, all.elements),
    },
    {
      name: 'arg-max',
      number: ({ argMax }) => argMax && argMax.same / argMax.rows,
      text: ({ argMax }) => (argMax ? describeShare(argMax.same, argMax.rows) : '–'),
    },
    { name: 'not finite', number: ({ all }) => all.nonFinite, text: ({ all }) => describeCount(all.nonFinite) },
  ];
  return table(columns, outputs, ({ name }) => failed.has(name));
}

/** The samples that are furthest off. */
export function worstSamples({ outputs }: ComparisonReport): Markup {
  const rows = outputs.flatMap(({ name, worst }) => worst.map((sample) => ({ name, ...sample })));
  if (rows.length === 0) return NOTHING;
  const columns: Column<SampleStatistics & { name: string }>[] = [
    { name: 'sample', number: ({ sample }) => sample, text: ({ sample }) => String(sample) },
    { name: 'output', text: ({ name }) => describeName(name, 40), title: ({ name }) => name },
    error('SNR dB', ({ snr }) => snr),
    { name: 'cosine', number: ({ cosine }) => cosine, text: ({ cosine }) => describeCosine(cosine) },
    error('max abs', ({ maxAbs }) => maxAbs),
    error('mean abs', ({ meanAbs }) => meanAbs),
    error('max rel', ({ maxRel }) => maxRel),
    { name: 'not finite', number: ({ nonFinite }) => nonFinite, text: ({ nonFinite }) => describeCount(nonFinite) },
  ];
  return html`<details><summary>The samples that are furthest off</summary>${table(columns, rows)}</details>`;
}

/** Rows of a table that browsers sort in no time. */
const MAX_ROWS = 2000;

/** All inner values, or those that lose most where there are very many. */
export function valueTable(values: readonly IntermediateReport[]): Markup {
  const ranks = new Map(losses(values).map(({ value }, rank) => [value, rank]));
  const rank = (value: IntermediateReport) => ranks.get(value) ?? Number.POSITIVE_INFINITY;
  const before = snrOfInputs(values);
  const shown =
    values.length <= MAX_ROWS
      ? values
      : [...values]
          .sort((x, y) => rank(x) - rank(y))
          .slice(0, MAX_ROWS)
          .sort((x, y) => x.index - y.index);
  const columns: Column<IntermediateReport>[] = [
    { name: '#', number: ({ index }) => index, text: ({ index }) => String(index) },
    { name: 'node', text: ({ node }) => describeName(node, 40), title: ({ node }) => node },
    { name: 'operator', text: ({ opType }) => describeName(opType, 30) },
    { name: 'value', text: ({ value }) => describeName(value, 40), title: ({ value }) => value },
    { name: 'type', text: describeTypes },
    {
      name: 'SNR of inputs',
      number: (value) => before(value),
      text: (value) => describeNumber(before(value)),
    },
    error('SNR dB', ({ snr }) => snr),
    error('max abs', ({ maxAbs }) => maxAbs),
    error('mean abs', ({ meanAbs }) => meanAbs),
    { name: 'not finite', number: ({ nonFinite }) => nonFinite, text: ({ nonFinite }) => describeCount(nonFinite) },
  ];
  const note =
    shown.length < values.length
      ? html`<p class="note">The ${describeCount(shown.length)} of ${describeCount(values.length)} values whose nodes lose most.</p>`
      : NOTHING;
  return html`${note}<p><label>Show only <input type="search" id="filter" placeholder="node, operator or value" aria-controls="values"></label></p>${table(columns, shown, ({ diverges }) => diverges, 'values')}`;
}
