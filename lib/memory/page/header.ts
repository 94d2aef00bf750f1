import { html, type Markup, NOTHING } from '../../page/markup.js';
import { formatBytes, formatCount, formatShare, formatTime } from '../format.js';
import { sum, totalReserved } from '../measures.js';
import type { MemorySnapshot } from '../snapshot.js';

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
  return html`<svg viewBox="0 0 100 5" preserveAspectRatio="none" aria-hidden="true"><rect class="part-requested" width="${width}" height="5"/></svg>`;
}

/** The numbers of the process. */
export function header(snapshot: MemorySnapshot): Markup {
  const { rssBytes, limitBytes } = snapshot.process;
  const reserved = totalReserved(snapshot);
  const active = sum(snapshot.pools, ({ stats }) => stats.activeBytes.current);
  const ooms = sum(snapshot.pools, ({ stats }) => stats.numOoms);
  const retries = sum(snapshot.pools, ({ stats }) => stats.numRetries);
  const outside = rssBytes - reserved;
  return html`<header><h1>Memory of node-tensorrt</h1><p>${formatTime(snapshot.time)}</p><button id="theme" type="button">Light / dark</button></header>
${tiles(
  [
    {
      name: 'Process (RSS)',
      value: formatBytes(rssBytes),
      remark:
        limitBytes === null
          ? 'no limit'
          : `${formatShare(rssBytes / limitBytes)} of the limit, ${formatBytes(limitBytes)}`,
      full: limitBytes === null ? undefined : rssBytes / limitBytes,
      bad: limitBytes !== null && rssBytes > 0.95 * limitBytes,
    },
    {
      name: 'Reserved',
      value: formatBytes(reserved),
      remark: snapshot.pools.length === 1 ? 'by one pool' : `by ${formatCount(snapshot.pools.length)} pools`,
    },
    {
      name: 'In use',
      value: formatBytes(active),
      remark: `${formatShare(reserved > 0 ? active / reserved : 0)} of what is reserved`,
      full: reserved > 0 ? active / reserved : 0,
    },
    outside >= 0
      ? { name: 'Outside of the pools', value: formatBytes(outside), remark: 'RSS − reserved' }
      : { name: 'Reserved, not in RAM', value: formatBytes(-outside), remark: 'not written to, or given back' },
    {
      name: 'Out of memory',
      value: formatCount(ooms),
      remark: `${formatCount(retries)} tried again`,
      bad: ooms > 0,
    },
  ],
  'page',
)}`;
}
