import { html, Markup, scriptJson } from '../../../page/markup.js';
import { pagePolicy } from '../../../page/policy.js';
import type { ComparisonReport } from '../report.js';
import { describeName, describeNumber } from '../words.js';
import { errorPlot, PLOT_BOX } from './error-plot.js';
import { SCRIPT } from './script.js';
import { header, intermediates, outputs } from './sections.js';
import { STYLE } from './style.js';

/**
 * A comparison as one page that is complete in itself: verdict, outputs, samples by signal to noise, and the error along the
 * graph. It needs no network and can be opened as a file; nothing runs in it but its own script, by hash.
 */
export function comparisonPage(report: ComparisonReport): string {
  const title = `${describeName(report.a.name)} and ${describeName(report.b.name)}`;
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${pagePolicy(SCRIPT, STYLE)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${new Markup(STYLE)}</style></head><body><main>
${header(report)}
${outputs(report)}
${intermediates(report.intermediates)}
</main><div id="tip" role="status" hidden></div>
<script type="application/json" id="data">${scriptJson({ plot: plotData(report) })}</script><script>${new Markup(SCRIPT)}</script></body></html>
`.text;
}

/** What the script tells of the value under the pointer. */
function plotData({ intermediates: report }: ComparisonReport) {
  if (!report || report.values.length === 0) return null;
  const { x, y } = errorPlot(report);
  const { values } = report;
  return {
    ...PLOT_BOX,
    x,
    y,
    nodes: values.map(({ node }) => describeName(node)),
    operators: values.map(({ opType }) => describeName(opType)),
    names: values.map(({ value }) => describeName(value)),
    snr: values.map(({ snr }) => `${describeNumber(snr)} dB`),
    maxAbs: values.map(({ maxAbs }) => describeNumber(maxAbs)),
    nonFinite: values.map(({ nonFinite }) => nonFinite),
  };
}
