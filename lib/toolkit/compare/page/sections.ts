import { html, type Markup, NOTHING } from '../../../page/markup.js';
import { type Tile, tiles } from '../../../page/tiles.js';
import { describeBackend, describeTolerance, describeVerdict, worstSnr } from '../describe-report.js';
import type { ComparisonReport, DivergenceReport, ErrorStatistics, IntermediatesReport } from '../report.js';
import { describeCount, describeName, describeNumber, describeShare } from '../words.js';
import { errorPlot } from './error-plot.js';
import { snrHistogram } from './snr-histogram.js';
import { outputTable, valueTable, worstSamples } from './tables.js';

const MAX_HISTOGRAMS = 24;

export function header(report: ComparisonReport): Markup {
  return html`<header><h1>Comparison of two models</h1><p></p><button id="theme" type="button">Light / dark</button></header>
<section class="card"><p class="verdict ${report.passed ? 'good' : 'bad'}">${capital(describeVerdict(report))}</p>
${report.reasons.length > 0 ? html`<ul class="reasons">${report.reasons.slice(0, 50).map(({ text }) => html`<li>${describeName(text, 300)}</li>`)}</ul>` : NOTHING}
<dl class="sides">${(['a', 'b'] as const).map((side) => html`<dt>${side}</dt><dd>${describeName(report[side].name, 200)} · ${describeBackend(report[side])}</dd>`)}
${Object.entries(report.tolerances).map(([output, tolerance]) => html`<dt>tolerance</dt><dd>${output === '*' ? 'all outputs' : describeName(output)}: ${describeTolerance(tolerance)}</dd>`)}</dl></section>
${tiles(headTiles(report), 'page')}`;
}

function headTiles({ outputs, samples, metrics, intermediates }: ComparisonReport): Tile[] {
  const snr = worstSnr(outputs);
  const worst = outputs.find(({ all }) => all.nonFinite > 0 || all.snr === snr);
  const nonFinite = outputs.reduce((sum, { all }) => sum + all.nonFinite, 0);
  const list: Tile[] = [
    {
      name: 'Samples',
      value: describeCount(samples),
      remark: outputs.length === 1 ? 'one output' : `${describeCount(outputs.length)} outputs`,
    },
    {
      name: 'Worst signal to noise',
      value: snr === null ? '–' : `${describeNumber(snr)} dB`,
      remark: worst ? describeName(worst.name, 28) : '',
      bad: nonFinite > 0,
    },
  ];
  if (nonFinite > 0)
    list.push({ name: 'Not finite', value: describeCount(nonFinite), remark: 'elements, in one of both', bad: true });
  const argMax = outputs.find((output) => output.argMax)?.argMax;
  if (argMax)
    list.push({
      name: 'Same arg-max',
      value: describeShare(argMax.same, argMax.rows),
      remark: `of ${describeCount(argMax.rows)} rows`,
    });
  for (const [name, { mean, samples: counted }] of Object.entries(metrics).slice(0, 6)) {
    list.push({
      name: describeName(name, 28),
      value: describeNumber(mean),
      remark: `mean of ${describeCount(counted)} samples`,
    });
  }
  if (intermediates) {
    const diverging = intermediates.values.filter(({ diverges }) => diverges).length;
    list.push({
      name: 'Inner values that diverge',
      value: describeCount(diverging),
      remark: `of ${describeCount(intermediates.values.length)}`,
      bad: diverging > 0,
    });
  }
  return list;
}

export function outputs(report: ComparisonReport): Markup {
  const shown = report.outputs.filter(({ snrHistogram: bins }) => bins.length > 0);
  const left = [
    ...report.onlyInA.map((name) => `${describeName(name)} (only in a)`),
    ...report.onlyInB.map((name) => `${describeName(name)} (only in b)`),
  ];
  return html`<section class="card"><h2>Outputs</h2>${outputTable(report)}
${left.length > 0 ? html`<p class="note">Not compared: ${left.slice(0, 50).join(', ')}</p>` : NOTHING}
${shown.length > 0 ? html`<h3>Samples by signal to noise, in steps of 5 dB</h3><div class="histograms">${shown.slice(0, MAX_HISTOGRAMS).map(snrHistogram)}</div>` : NOTHING}
${shown.length > MAX_HISTOGRAMS ? html`<p class="note">The first ${MAX_HISTOGRAMS} of ${shown.length} outputs.</p>` : NOTHING}
${worstSamples(report)}</section>`;
}

/** The section of inner values. */
export function intermediates(report: IntermediatesReport | null): Markup {
  if (!report) return NOTHING;
  const { values, samples, numSkipped, skipped, firstDivergence, furtherDivergences, divergence } = report;
  const about = `${describeCount(values.length)} values that nodes of both models compute, with ${samples === 1 ? 'one sample' : `${describeCount(samples)} samples`}`;
  return html`<section class="card"><h2>Error along the graph</h2>
<p class="note">${about}, in topological order. Run without optimisations.</p>
<ul class="key"><li><i class="swatch ok"></i>relative error</li><li><i class="swatch diverges"></i>diverges (${describeTolerance(divergence)})</li>${divergence.snr === undefined ? NOTHING : html`<li><i class="line"></i>limit</li>`}</ul>
${values.length > 0 ? errorPlot(report).markup : html`<p class="empty">There is no value that both models compute.</p>`}
${firstDivergence ? html`<h3>First divergence</h3>${divergenceList(firstDivergence)}` : html`<p class="note">No value diverges.</p>`}
${furtherDivergences.length > 0 ? html`<details><summary>${describeCount(furtherDivergences.length)} more from inputs that do not diverge</summary>${furtherDivergences.map(divergenceList)}</details>` : NOTHING}
${numSkipped > 0 ? html`<details><summary>${numSkipped === 1 ? 'One value' : `${describeCount(numSkipped)} values`} not compared</summary><ul class="reasons">${skipped.map(({ value, reason }) => html`<li>${describeName(value)}: ${describeName(reason, 200)}</li>`)}</ul></details>` : NOTHING}
</section>${values.length > 0 ? html`<section class="card"><h2>Inner values</h2>${valueTable(values)}</section>` : NOTHING}`;
}

function divergenceList({ node, opType, value, statistics, inputs }: DivergenceReport): Markup {
  return html`<div class="divergence"><b>${describeName(opType, 40)} ${describeName(node, 120)}</b><dl><dt>gives</dt><dd>${describeName(value, 120)}: ${errorText(statistics)}</dd>${inputs.map((input) => html`<dt>takes</dt><dd>${describeName(input.value, 120)}: ${errorText(input.statistics)}</dd>`)}</dl></div>`;
}

function errorText({ snr, maxAbs, nonFinite }: ErrorStatistics): string {
  const broken = nonFinite > 0 ? `, ${describeCount(nonFinite)} elements not finite` : '';
  return `${describeNumber(snr)} dB, max abs ${describeNumber(maxAbs)}${broken}`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
