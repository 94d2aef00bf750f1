import { BASE_STYLE } from '../../page/style.js';
import { COLOURS } from './precisions.js';

/** Height of a row of the list in pixels; the script has it as well. */
export const ROW_HEIGHT = 26;

const colours = COLOURS.filter((colour) => colour !== 'none');

/** The style sheet of the page of a model. */
export const STYLE = `${BASE_STYLE}
main { max-width: 1480px; }
${colours.map((c) => `path.${c} { fill: var(--${c}); } .swatch.${c} { background: var(--${c}); } .dots.${c} { stroke: var(--${c}); }`).join('\n')}
path.none { fill: var(--hatch); } .swatch.none { background: var(--hatch); } .dots.none { stroke: var(--hatch); }
h1 { overflow-wrap: anywhere; }
.tile dd { overflow-wrap: anywhere; }
.facts { margin: 0; }
.facts dl { display: grid; grid-template-columns: auto fit-content(380px) 1fr; gap: 3px 18px; margin: 12px 0 0; max-height: 420px; overflow: auto; }
.facts dt { color: var(--soft); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.facts dd + dd { color: var(--soft); }
.plot { display: block; width: 100%; min-width: 760px; cursor: crosshair; }
.legend { display: flex; flex-wrap: wrap; gap: 6px; margin: 0; padding: 0; list-style: none; }
.legend button { display: flex; align-items: center; gap: 7px; font-size: 13px; }
.legend b { font-weight: 400; color: var(--soft); }
.legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; }
.legend button[aria-pressed="false"] .swatch { opacity: .25; }
.tools { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 22px; margin: 12px 0; }
.tools label { white-space: nowrap; display: flex; align-items: center; gap: 8px; }
#shown { color: var(--soft); }
input[type="search"] { font: inherit; color: inherit; background: var(--page); border: 1px solid var(--edge); border-radius: 6px; padding: 4px 8px; width: min(260px, 60vw); }
.graph { display: grid; grid-template-columns: minmax(0, 1fr) 340px; gap: 18px; align-items: start; }
#layers { position: relative; height: 70vh; min-height: 320px; overflow: auto; border: 1px solid var(--edge); border-radius: 8px; --gutter: 40px; }
.canvas { position: relative; min-width: 720px; }
.row, .columns { display: grid; grid-template-columns: var(--gutter) minmax(160px, 3fr) minmax(100px, 1.2fr) 74px minmax(110px, 1.5fr) 82px; gap: 0 10px; align-items: center; padding-right: 12px; }
.row { position: absolute; left: 0; right: 0; height: ${ROW_HEIGHT}px; font-size: 13px; cursor: pointer; }
.row:hover { background: var(--track); }
.row[aria-selected="true"] { background: var(--track); box-shadow: inset 3px 0 var(--accent); }
.row.near { background: color-mix(in srgb, var(--accent) 9%, transparent); }
.row span { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.row .type, .row .dims, .row .precision { color: var(--soft); }
.row.end .name { font-style: italic; }
.row.constant .name { color: var(--soft); }
.columns { position: sticky; top: 0; z-index: 2; height: 28px; min-width: 720px; background: var(--card); border-bottom: 1px solid var(--edge); color: var(--soft); font-size: 12px; }
.lines { position: absolute; left: 0; z-index: 1; pointer-events: none; overflow: visible; }
.lines path { fill: none; stroke-width: 1.6; }
.lines .edge { stroke: var(--hatch); }
.lines .hot { stroke: var(--accent); stroke-width: 2.4; }
.lines .dots { stroke-width: 9; stroke-linecap: round; }
.lines .ring { stroke: var(--ink); stroke-width: 2; }
#detail { border: 1px solid var(--edge); border-radius: 8px; padding: 12px 14px; max-height: 70vh; overflow: auto; overflow-wrap: anywhere; font-size: 13px; }
#detail h3 { margin: 0 0 2px; font-size: 15px; }
#detail h4 { margin: 14px 0 4px; font-size: 12px; font-weight: 500; color: var(--soft); }
#detail p { margin: 0; color: var(--soft); }
#detail ul { margin: 0; padding: 0; list-style: none; }
#detail li { padding: 5px 0; border-top: 1px solid var(--edge); }
#detail li p { font-size: 12px; }
#detail button { border: 0; background: none; padding: 0; color: var(--accent); text-align: left; overflow-wrap: anywhere; }
@media (max-width: 1000px) { .graph { grid-template-columns: minmax(0, 1fr); } #detail { max-height: none; } }
@media (max-width: 640px) { main { padding: 16px 10px 40px; } .card { padding: 14px 12px; } .tiles { grid-template-columns: repeat(auto-fit, minmax(135px, 1fr)); } .facts dl { grid-template-columns: auto 1fr; } .facts dd + dd { grid-column: 2; } }
`;
