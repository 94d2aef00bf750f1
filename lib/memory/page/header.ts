import { html, type Markup } from '../../page/markup.js';
import { tiles } from '../../page/tiles.js';
import { formatBytes, formatCount, formatShare, formatTime } from '../format.js';
import { sum, totalReserved } from '../measures.js';
import type { MemorySnapshot } from '../snapshot.js';

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
