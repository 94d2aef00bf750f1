import { html, type Markup, NOTHING } from '../../page/markup.js';
import { formatBytes, formatCount, formatDuration } from '../format.js';
import type { PoolSnapshot } from '../snapshot.js';
import { MARKS, type MarkName, type Replay, replay } from './replay.js';
import type { OwnerSeries } from './series.js';

const INTERVALS = 600;
const LEFT = 136;
const WIDTH = 1200 - LEFT - 8;
const TOP = 14;
const HEIGHT = 240;
const LANES = TOP + HEIGHT + 30;
const LANE_STEP = 18;
const MOST_EVENTS = 100;

const LANE_NAMES: Record<MarkName, string> = {
  map: 'mapped',
  unmap: 'unmapped',
  giveBack: 'trimmed',
  oom: 'out of memory',
};

/** What the script of the page needs to tell what happened under the pointer. */
export interface TimelineData {
  left: number;
  width: number;
  top: number;
  bottom: number;
  startMs: number;
  endMs: number;
  active: number[][];
  reserved: number[];
  /** Per kind of event: its name, and interval, count, bytes, interval, … */
  events: [string, number[]][];
}

/** Memory in use over time, by owner, with what was reserved; null when nothing was recorded. */
export function timeline(
  pool: PoolSnapshot,
  id: string,
  series: OwnerSeries,
): { markup: Markup; data: TimelineData } | null {
  if (pool.history.length === 0) return null;
  const played = replay(pool, series, INTERVALS);
  const highest = Math.max(1, ...played.reserved, ...stackTops(played));
  const step = niceStep(highest / 4);
  const top = Math.ceil(highest / step) * step;
  const y = (bytes: number) => round(TOP + HEIGHT * (1 - bytes / top));
  const lanes = MARKS.filter((name) => played.events[name].count.some((count) => count > 0));
  const height = LANES + lanes.length * LANE_STEP + 4;
  const label = `Memory in use over ${formatDuration(played.endMs - played.startMs)}, by owner. Arrow keys go from moment to moment.`;
  const markup = html`
<div class="scroll"><svg id="${id}" class="timeline" viewBox="0 0 1200 ${height}" tabindex="0" role="application" aria-label="${label}">
${yAxis(top, step, y)}${xAxis(played)}
${areas(played, series, y)}<path class="reserved" d="${steps(played.reserved, y)}"/>
${limitLine(pool, top, y)}${lanes.map((name, i) => lane(name, played, LANES + i * LANE_STEP))}
<path class="cursor" d=""/></svg></div>${eventTable(pool, series)}`;
  return { markup, data: toData(played, lanes, height) };
}

function toData(played: Replay, lanes: readonly MarkName[], height: number): TimelineData {
  return {
    left: LEFT,
    width: WIDTH,
    top: TOP,
    bottom: height - 4,
    startMs: played.startMs,
    endMs: played.endMs,
    active: played.active.map((bytes) => [...bytes]),
    reserved: [...played.reserved],
    events: lanes.map((name) => {
      const { count, bytes } = played.events[name];
      return [LANE_NAMES[name], [...count].flatMap((n, i) => (n > 0 ? [i, n, bytes[i] as number] : []))];
    }),
  };
}

function stackTops({ active, reserved }: Replay): number[] {
  return [...reserved].map((_, i) => active.reduce((sum, bytes) => sum + (bytes[i] as number), 0));
}

/** 1, 2, 4 … times a power of 1024: steps that read well in MiB and GiB. */
function niceStep(atLeast: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, atLeast)));
}

function x(interval: number, intervals: number): number {
  return round(LEFT + (WIDTH * interval) / intervals);
}

function steps(values: ArrayLike<number>, y: (bytes: number) => number): string {
  let path = `M${LEFT} ${y(values[0] as number)}`;
  for (let i = 1; i < values.length; i += 1) {
    if (values[i] !== values[i - 1]) path += `H${x(i, values.length)}V${y(values[i] as number)}`;
  }
  return `${path}H${LEFT + WIDTH}`;
}

/** The biggest owner lies at the bottom. */
function areas(played: Replay, series: OwnerSeries, y: (bytes: number) => number): Markup[] {
  const intervals = played.reserved.length;
  let lower = new Float64Array(intervals);
  return played.active.map((active, s) => {
    if (!active.some((bytes) => bytes > 0)) return NOTHING;
    const upper = lower.map((bytes, i) => bytes + (active[i] as number));
    let back = '';
    for (let i = intervals - 1; i >= 0; i -= 1) {
      if (i === intervals - 1 || lower[i] !== lower[i + 1]) back += `V${y(lower[i] as number)}`;
      if (i === 0 || lower[i] !== lower[i - 1]) back += `H${x(i, intervals)}`;
    }
    lower = upper;
    return html`<path class="layer ${series.list[s]?.className ?? ''}" d="${steps(upper, y)}${back}z"/>\n`;
  });
}

function yAxis(top: number, step: number, y: (bytes: number) => number): Markup[] {
  const ticks = Array.from({ length: Math.round(top / step) + 1 }, (_, i) => i * step);
  return ticks.map(
    (bytes) =>
      html`<path class="grid" d="M${LEFT} ${y(bytes)}h${WIDTH}"/><text x="${LEFT - 8}" y="${y(bytes) + 4}" text-anchor="end">${formatBytes(bytes).replace('.0 ', ' ')}</text>`,
  );
}

function xAxis({ startMs, endMs }: Replay): Markup[] {
  return [0, 1, 2, 3, 4].map((i) => {
    const anchor = i === 0 ? 'start' : i === 4 ? 'end' : 'middle';
    const ms = startMs + ((endMs - startMs) * i) / 4;
    if (i > 0 && endMs === startMs) return NOTHING;
    return html`<text x="${LEFT + (WIDTH * i) / 4}" y="${TOP + HEIGHT + 18}" text-anchor="${anchor}">${formatDuration(ms)}</text>`;
  });
}

function limitLine({ limitBytes }: PoolSnapshot, top: number, y: (bytes: number) => number): Markup {
  if (limitBytes === null || limitBytes > top) return NOTHING;
  const at = y(limitBytes);
  return html`<path class="limit" d="M${LEFT} ${at}h${WIDTH}"/><text class="limit-name" x="${LEFT + WIDTH - 4}" y="${at - 5}" text-anchor="end">limit ${formatBytes(limitBytes)}</text>`;
}

function lane(name: MarkName, played: Replay, top: number): Markup {
  const { count } = played.events[name];
  let path = '';
  let lines = '';
  count.forEach((n, i) => {
    if (n === 0) return;
    const middle = x(i + 0.5, count.length);
    path += `M${round(middle - 1)} ${top}h2v12h-2z`;
    if (name === 'oom') lines += `M${middle} ${TOP}V${TOP + HEIGHT}`;
  });
  const total = count.reduce((sum, n) => sum + n, 0);
  return html`<path class="lane" d="M${LEFT} ${top + 6}h${WIDTH}"/><path class="mark ${name}" d="${path}"/><path class="oom-line" d="${lines}"/>
<text x="${LEFT - 8}" y="${top + 10}" text-anchor="end">${LANE_NAMES[name]} ×${formatCount(total)}</text>`;
}

function eventTable(pool: PoolSnapshot, series: OwnerSeries): Markup {
  const last = pool.history.slice(-MOST_EVENTS).reverse();
  const rows = last.map(
    ({ timeMs, action, segment, offset, bytes, owner }) =>
      html`<tr${action === 'oom' ? html` class="bad"` : NOTHING}><td class="n">${timeMs.toFixed(1)}</td><td>${action}</td><td class="n">${formatBytes(bytes)}</td><td>${segment}</td><td class="code">+0x${offset.toString(16)}</td><td>${series.labelOf(owner)}</td></tr>`,
  );
  return html`<details><summary>The last ${formatCount(last.length)} of ${formatCount(pool.history.length)} events</summary><div class="scroll"><table>
<thead><tr><th class="n">ms</th><th>event</th><th class="n">bytes</th><th>segment</th><th>offset</th><th>owner</th></tr></thead>
<tbody>${rows}</tbody></table></div></details>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
