import { formatCount } from '../../memory/format.js';
import { html, Markup, NOTHING, scriptJson } from '../../page/markup.js';
import { pagePolicy } from '../../page/policy.js';
import { tiles } from '../../page/tiles.js';
import { describeName } from '../compare/words.js';
import type { Fact } from '../plan/plan-facts.js';
import { graphData } from './page-data.js';
import { COLOURS, colourOf } from './precisions.js';
import { SCRIPT } from './script.js';
import { type PlotData, sizePlot } from './size-plot.js';
import { STYLE } from './style.js';
import type { PageGraph, PageSubject } from './subject.js';

/** The page of a model or a plan. */
export function drawPage(subject: PageSubject): string {
  const { kind, name, graph, notes } = subject;
  const title = `${kind} ${describeName(name)}`;
  const plots = plotsOf(subject);
  const data = { graph: graphData(graph), plots: plots.map((plot) => plot.data) };
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${pagePolicy(SCRIPT, STYLE)}">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>${title}</title>
<style>${new Markup(STYLE)}</style></head><body><main>
<header><h1>${describeName(name, 80)}</h1><p>${kind}</p><button id="theme" type="button">Light / dark</button></header>
${tiles(
  subject.tiles.map((tile) => ({
    ...tile,
    value: describeName(tile.value, 40),
    remark: describeName(tile.remark, 40),
  })),
  'page',
)}
<section class="card"><details class="facts" open><summary>All that it says of itself</summary><dl>${factRows(subject.facts)}</dl></details></section>
<section class="card"><h2>Size and precision by layer</h2>${legend(graph)}
${plots.length === 0 ? html`<p class="empty">No size of a layer is known.</p>` : plots.map((plot) => html`<h3>${plot.title}</h3>${plot.markup}`)}</section>
<section class="card"><h2>Layers</h2>${notes.map((note) => html`<p class="note">${note}</p>`)}
${graph.left > 0 ? html`<p class="note">${formatCount(graph.left)} more layers are not shown.</p>` : NOTHING}
<div class="tools"><label>Show only <input type="search" id="filter" placeholder="name, type or precision" aria-controls="layers"></label>
<label><input type="checkbox" id="constants"> constants too</label><span id="shown" role="status"></span></div>
<div class="graph"><div id="layers" role="listbox" tabindex="0" aria-label="Layers in topological order"></div><aside id="detail" aria-live="polite"></aside></div>
<noscript><p class="note">The layers are drawn by the script of this page.</p></noscript></section>
</main><div id="tip" role="status" hidden></div>
<script type="application/json" id="data">${scriptJson(data)}</script><script>${new Markup(SCRIPT)}</script></body></html>
`.text;
}

function plotsOf({
  graph,
  weightsTitle,
  outputsTitle,
}: PageSubject): { title: string; markup: Markup; data: PlotData }[] {
  const wanted = [
    { title: weightsTitle, of: 'weights' },
    { title: outputsTitle, of: 'outputs' },
  ] as const;
  return wanted.flatMap(({ title, of }) => {
    const plot = title === undefined ? null : sizePlot(graph, of, `plot-${of}`);
    return title === undefined || plot === null ? [] : [{ title, ...plot }];
  });
}

function factRows(facts: readonly Fact[]): Markup[] {
  return facts.map(
    ([title, value, remark]) =>
      html`<dt>${title}</dt><dd>${describeName(value, 100)}</dd><dd>${describeName(remark, 240)}</dd>\n`,
  );
}

/** Buttons that take layers of a precision out of the list; one for each, of the colour that the plots have for it. */
function legend({ layers }: PageGraph): Markup {
  const counts = new Map<string, number>();
  for (const { precision, kind } of layers) {
    if (kind === 'layer' || kind === 'constant') counts.set(precision, (counts.get(precision) ?? 0) + 1);
  }
  const order = (precision: string) => COLOURS.indexOf(colourOf(precision));
  const entries = [...counts].sort(([a], [b]) => order(a) - order(b)).slice(0, 24);
  return html`<ul class="legend">${entries.map(
    ([precision, count]) =>
      html`<li><button type="button" aria-pressed="true" data-precision="${describeName(precision, 40)}"><i class="swatch ${colourOf(precision)}"></i>${describeName(precision, 40) || 'not known'} <b>${formatCount(count)}</b></button></li>`,
  )}</ul>`;
}
