import { html, type Markup, NOTHING } from '../../page/markup.js';
import { type Tile, tiles } from '../../page/tiles.js';
import { formatBytes, formatCount, formatDuration, formatName, formatShare } from '../format.js';
import { fragmentation, inactiveSplit, rankedOwners, sum } from '../measures.js';
import type { PoolSnapshot } from '../snapshot.js';
import { type MapData, ownerEntries, segmentMap, segmentTable } from './segment-map.js';
import { OwnerSeries } from './series.js';
import { type TimelineData, timeline } from './timeline.js';

const MOST_OWNERS = 60;

/** What the script of the page knows of a pool. */
export interface PoolData {
  series: [className: string, label: string][];
  owners: [className: string, label: string][];
  map: MapData;
  timeline: TimelineData | null;
}

/** All about one pool. */
export function poolSection(pool: PoolSnapshot, number: number): { markup: Markup; data: PoolData } {
  const series = new OwnerSeries(pool);
  const map = segmentMap(pool, `map-${number}`, series);
  const time = timeline(pool, `timeline-${number}`, series);
  const markup = html`<section class="card" aria-labelledby="pool-${number}">
<h2 id="pool-${number}">Pool ${formatName(pool.name)}</h2>
${tiles(poolTiles(pool))}
<h3>What the reserved memory is</h3>${composition(pool)}
<h3>Segments and blocks</h3>${pool.segments.length > 0 ? legend(pool, series) : NOTHING}${map.markup}
${pool.segments.length > 0 ? segmentTable(pool) : NOTHING}
<h3>Owners</h3>${ownerTable(pool, series)}
<h3>Over time</h3>${time === null ? html`<p class="empty">Nothing was recorded.</p>` : html`<p class="key"><i class="line"></i> reserved</p>${time.markup}`}
</section>`;
  const data: PoolData = {
    series: series.list.map(({ className, label }) => [className, label]),
    owners: ownerEntries(pool, series),
    map: map.data,
    timeline: time?.data ?? null,
  };
  return { markup, data };
}

function poolTiles(pool: PoolSnapshot): Tile[] {
  const { stats, limitBytes, policy } = pool;
  const reserved = stats.reservedBytes.current;
  const trim = policy.trimIdleMs > 0 ? `trimmed after ${formatDuration(policy.trimIdleMs)}` : 'not trimmed by itself';
  return [
    {
      name: 'Reserved',
      value: formatBytes(reserved),
      remark: limitBytes === null ? 'no limit' : `of ${formatBytes(limitBytes)} at most`,
      full: limitBytes === null ? undefined : reserved / limitBytes,
      bad: limitBytes !== null && reserved > 0.95 * limitBytes,
    },
    {
      name: 'In use',
      value: formatBytes(stats.activeBytes.current),
      remark: `peak ${formatBytes(stats.activeBytes.peak)}`,
    },
    {
      name: 'Cached',
      value: formatBytes(Math.max(0, reserved - stats.activeBytes.current)),
      remark: policy.gcThreshold > 0 ? `${trim}, collected from ${formatShare(policy.gcThreshold)}` : trim,
    },
    { name: 'Fragmentation', value: formatShare(fragmentation(stats)), remark: '(reserved − in use) / reserved' },
    {
      name: 'System allocations',
      value: formatCount(stats.numSystemAllocs),
      remark: `${formatCount(stats.numRetries)} tried again, ${formatCount(stats.numOoms)} failed`,
      bad: stats.numOoms > 0,
    },
  ];
}

function composition(pool: PoolSnapshot): Markup {
  const { allocatedBytes, activeBytes, reservedBytes } = pool.stats;
  const cached = Math.max(0, reservedBytes.current - activeBytes.current);
  const split = Math.min(cached, inactiveSplit(pool));
  const purged = sum(pool.segments, (segment) => segment.purgedBytes);
  const parts = [
    { className: 'part-requested', name: 'asked for', bytes: allocatedBytes.current },
    { className: 'part-rounding', name: 'rounding', bytes: Math.max(0, activeBytes.current - allocatedBytes.current) },
    { className: 'part-split', name: 'free in segments in use', bytes: split },
    { className: 'part-cached', name: 'free segments', bytes: cached - split },
  ];
  const all = Math.max(
    1,
    sum(parts, ({ bytes }) => bytes),
  );
  let at = 0;
  const bars = parts.map(({ className, bytes }) => {
    const bar = html`<rect class="${className}" x="${at.toFixed(2)}" width="${((1000 * bytes) / all).toFixed(2)}" height="16"/>`;
    at += (1000 * bytes) / all;
    return bar;
  });
  const items = parts.map(
    ({ className, name, bytes }) =>
      html`<li><i class="swatch ${className}"></i>${name} <b>${formatBytes(bytes)}</b> ${formatShare(bytes / all)}</li>`,
  );
  const given = purged > 0 ? html`<li>of the free: purged <b>${formatBytes(purged)}</b></li>` : NOTHING;
  return html`<svg class="whole" viewBox="0 0 1000 16" preserveAspectRatio="none" aria-hidden="true">${bars}</svg><ul class="parts">${items}${given}</ul>`;
}

/** Buttons that switch a colour off and on. */
function legend(pool: PoolSnapshot, series: OwnerSeries): Markup {
  const rest = series.list.length - 1;
  const isUsed = (i: number) => i < rest || pool.owners.length > rest || hasUnowned(pool);
  const entries = [
    ...series.list.filter((_, i) => isUsed(i)),
    { className: 'free', label: 'free' },
    ...(pool.segments.some(({ purgedBytes }) => purgedBytes > 0)
      ? [{ className: 'purged', label: 'free, purged' }]
      : []),
  ];
  return html`<ul class="legend">${entries.map(
    ({ className, label }) =>
      html`<li><button type="button" aria-pressed="true" data-layer="${className}"><i class="swatch ${className}"></i>${label}</button></li>`,
  )}</ul>`;
}

function hasUnowned(pool: PoolSnapshot): boolean {
  return pool.segments.some(({ blocks }) => blocks.some(({ state, owner }) => state === 'active' && owner === null));
}

function ownerTable(pool: PoolSnapshot, series: OwnerSeries): Markup {
  const ranked = rankedOwners(pool);
  if (ranked.length === 0) return html`<p class="empty">Nobody has used this pool.</p>`;
  const most = Math.max(1, ranked[0]?.owner.allocatedBytes.current ?? 0);
  const all = sum(ranked, ({ owner }) => owner.allocatedBytes.current);
  const rows = ranked.slice(0, MOST_OWNERS).map(({ owner, index }) => {
    const { current, peak } = owner.allocatedBytes;
    const className = series.list[series.of(index)]?.className ?? '';
    return html`<tr><td class="name"><i class="swatch ${className}"></i>${owner.engine === null ? 'no engine' : formatName(owner.engine)}</td><td>${owner.use}</td>
<td class="n">${formatBytes(current)}</td><td class="n">${formatShare(all > 0 ? current / all : 0)}</td><td class="wide"><svg class="bar" viewBox="0 0 100 9" preserveAspectRatio="none" aria-hidden="true"><rect class="${className}" width="${((100 * current) / most).toFixed(2)}" height="9"/></svg></td>
<td class="n">${formatBytes(peak)}</td><td class="n">${formatCount(owner.blocks)}</td></tr>`;
  });
  const rest = ranked.slice(MOST_OWNERS);
  const more =
    rest.length > 0
      ? html`<p class="note">and ${formatCount(rest.length)} more with ${formatBytes(sum(rest, ({ owner }) => owner.allocatedBytes.current))}</p>`
      : NOTHING;
  return html`<div class="scroll"><table>
<thead><tr><th>engine</th><th>use</th><th class="n">asked for</th><th class="n">share</th><th></th><th class="n">peak</th><th class="n">blocks</th></tr></thead>
<tbody>${rows}</tbody></table></div>${more}`;
}
