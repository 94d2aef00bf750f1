import { BASE_STYLE } from '../../page/style.js';

/** The style sheet of the memory page. */
export const STYLE = `${BASE_STYLE}
.map, .timeline { display: block; width: 100%; min-width: 720px; }
.map { cursor: crosshair; }
.layer { stroke: none; }
${hues('fill')}
.legend { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; padding: 0; list-style: none; }
.legend button { display: flex; align-items: center; gap: 7px; font-size: 13px; }
.legend button[aria-pressed="false"] { color: var(--soft); text-decoration: line-through; }
.legend button[aria-pressed="false"] .swatch { opacity: .25; }
${hues('background')}
.free { fill: var(--track); }
.swatch.free { background: repeating-linear-gradient(45deg, var(--hatch) 0 1.5px, var(--track) 1.5px 4px); }
.hatch { stroke: var(--hatch); stroke-width: 1.6; }
.purged { fill: var(--track); opacity: .55; }
.swatch.purged { background: var(--track); border: 1px dashed var(--hatch); opacity: 1; }
.outline { fill: none; stroke: var(--soft); stroke-width: 1; opacity: .75; }
${dimmed()}
.bar { display: block; width: 100%; min-width: 80px; height: 9px; border-radius: 3px; background: var(--track); }
.whole { display: block; width: 100%; height: 16px; border-radius: 4px; background: var(--track); }
.part-requested { fill: var(--accent); background: var(--accent); }
.part-rounding { fill: var(--c4); background: var(--c4); }
.part-split { fill: var(--hatch); background: var(--hatch); }
.part-cached { fill: var(--edge); background: var(--edge); }
.parts { display: flex; flex-wrap: wrap; gap: 4px 22px; margin: 8px 0 0; padding: 0; list-style: none; color: var(--soft); font-size: 13px; }
.parts li { display: flex; align-items: center; gap: 7px; }
.parts b { color: var(--ink); font-weight: 600; }
td.wide { width: 30%; }
.reserved { fill: none; stroke: var(--ink); stroke-width: 1.5; stroke-dasharray: 5 3; }
.limit { stroke: var(--bad); stroke-width: 1.5; fill: none; }
.limit-name { fill: var(--bad); }
.lane { stroke: var(--edge); }
.mark { fill: var(--soft); }
.mark.oom { fill: var(--bad); }
.oom-line { stroke: var(--bad); stroke-width: 1.5; }
.line { width: 18px; height: 0; border-top: 2px dashed var(--ink); }
.key { display: flex; align-items: center; gap: 7px; color: var(--soft); font-size: 13px; margin: 0 0 6px; }
`;

function hues(property: 'fill' | 'background'): string {
  const selector = property === 'fill' ? '' : '.swatch';
  return Array.from({ length: 9 }, (_, i) => `${selector}.c${i} { ${property}: var(--c${i}); }`).join('\n');
}

/** What is switched off in the legend stays where it is, so that what lies beside or above it does not move. */
function dimmed(): string {
  const names = [...Array.from({ length: 9 }, (_, i) => `c${i}`), 'free', 'purged'];
  return names.map((name) => `.off-${name} .layer.${name}, .off-${name} .${name}-lines { opacity: .09; }`).join('\n');
}
