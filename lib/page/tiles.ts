import { html, type Markup, NOTHING } from './markup.js';

/** A number with its name, a remark, and how full it is (0 to 1). */
export interface Tile {
  name: string;
  value: string;
  remark: string;
  full?: number | undefined;
  bad?: boolean;
}

export function tiles(list: readonly Tile[], className = ''): Markup {
  return html`<dl class="tiles ${className}">${list.map(
    ({ name, value, remark, full, bad }) =>
      html`<div class="tile${bad ? ' bad' : ''}"><dt>${name}</dt><dd>${value}</dd><dd>${remark}</dd>${full === undefined ? NOTHING : meter(full)}</div>`,
  )}</dl>`;
}

function meter(full: number): Markup {
  const width = (100 * Math.min(1, Math.max(0, full))).toFixed(1);
  return html`<svg viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true"><rect class="full" width="${width}" height="5"/></svg>`;
}
