import { BASE_STYLE } from '../../../page/style.js';

/** The style sheet of the page of a comparison. */
export const STYLE = `${BASE_STYLE}
.verdict { font-weight: 600; margin: 0; }
.verdict.bad { color: var(--bad); }
.verdict.good { color: var(--c6); }
.reasons { margin: 8px 0 0; padding-left: 20px; overflow-wrap: anywhere; }
.sides { display: grid; grid-template-columns: auto 1fr; gap: 2px 12px; margin: 12px 0 0; }
.sides dt { color: var(--soft); }
.sides dd { margin: 0; overflow-wrap: anywhere; }
.plot { display: block; width: 100%; min-width: 860px; cursor: crosshair; }
.dots { fill: none; stroke: var(--accent); stroke-width: 6; stroke-linecap: round; }
.fine .dots { stroke-width: 3; }
.dots.bad { stroke: var(--bad); }
.limit { stroke: var(--bad); stroke-width: 1.2; stroke-dasharray: 6 4; fill: none; }
.first { stroke: var(--bad); stroke-width: 1.2; fill: none; opacity: .6; }
.first-name { fill: var(--bad); paint-order: stroke; stroke: var(--card); stroke-width: 4px; }
.key { display: flex; flex-wrap: wrap; gap: 4px 20px; margin: 0 0 8px; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
.key li { display: flex; align-items: center; gap: 7px; }
.swatch.ok { background: var(--accent); border-radius: 50%; }
.swatch.diverges { background: var(--bad); border-radius: 50%; }
.line { width: 20px; height: 0; border-top: 2px dashed var(--bad); }
.histograms { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(320px, 100%), 1fr)); gap: 16px; }
figure { margin: 0; border: 1px solid var(--edge); border-radius: 8px; padding: 10px 12px; }
figcaption { font-size: 13px; overflow-wrap: anywhere; }
figure svg { display: block; width: 100%; max-width: 480px; }
.bar { fill: var(--accent); }
.bar.equal { fill: var(--c2); }
th button { border: 0; background: none; padding: 2px 0; color: inherit; font: inherit; white-space: nowrap; }
th button::after { content: ' ↕'; opacity: .35; }
th[aria-sort="ascending"] button::after { content: ' ↑'; opacity: 1; }
th[aria-sort="descending"] button::after { content: ' ↓'; opacity: 1; }
#values thead th { position: sticky; top: 0; background: var(--card); }
#values { margin-bottom: 0; }
.card .scroll:has(#values) { max-height: 620px; overflow: auto; }
input[type="search"] { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--edge); border-radius: 6px; padding: 4px 8px; width: min(280px, 100%); }
.divergence b { overflow-wrap: anywhere; }
.divergence + .divergence { margin-top: 10px; }
.divergence dl { display: grid; grid-template-columns: auto 1fr; gap: 2px 14px; margin: 6px 0 0; }
.divergence dt { color: var(--soft); }
.divergence dd { margin: 0; overflow-wrap: anywhere; }
@media (max-width: 640px) { main { padding: 16px 10px 40px; } .card { padding: 14px 12px; } .tiles { grid-template-columns: repeat(auto-fit, minmax(135px, 1fr)); } }
`;
