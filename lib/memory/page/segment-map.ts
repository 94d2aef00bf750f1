import { html, type Markup, NOTHING } from '../../page/markup.js';
import { formatBytes, formatCount, formatShare } from '../format.js';
import { segmentUse, sum } from '../measures.js';
import type { PoolSnapshot, SegmentSnapshot } from '../snapshot.js';
import { type Cell, toCells } from './cells.js';
import { type OwnerSeries, ownerLabel } from './series.js';
import { layOut, outline, ROW_STEP, ROW_WIDTH, rectangles } from './tape.js';

const MOST_SEGMENTS = 3000;
const MOST_ROWS_IN_TABLE = 100;

/** What the script of the page needs of a map to tell what is under the pointer. Cells are in the order of the tape. */
export interface MapData {
  /** Per segment: title, start on the tape, pixels per byte, number of cells. */
  segments: [string, number, number, number][];
  /** Per cell: bytes, index in `PoolData.owners`, bytes asked for. */
  cells: number[];
  /** Of cells that are several blocks: index of the cell, blocks, bytes in use. */
  merged: number[];
}

/** The blocks of a pool, drawn, and a table of its segments. */
export function segmentMap(pool: PoolSnapshot, id: string, series: OwnerSeries): { markup: Markup; data: MapData } {
  const data: MapData = { segments: [], cells: [], merged: [] };
  if (pool.segments.length === 0) {
    return { markup: html`<p class="empty">This pool holds no memory of the system.</p>`, data };
  }
  const shown = biggest(pool.segments, MOST_SEGMENTS);
  const cells = toCells(shown);
  const { stretches, numRows } = layOut(
    shown.map(({ bytes }) => bytes),
    sum(cells, (list) => list.length),
  );
  const paths = new Paths(series);
  shown.forEach((segment, i) => {
    const { start, length } = stretches[i] as { start: number; length: number };
    const scale = segment.bytes > 0 ? length / segment.bytes : 0;
    const own = cells[i] as Cell[];
    paths.segment(segment, own, start, length, scale);
    data.segments.push([segmentTitle(segment), start, scale, own.length]);
    for (const cell of own) addCell(data, cell, pool.owners.length);
  });
  const left = pool.segments.length - shown.length;
  const rest = left > 0 ? html`<p class="note">The ${formatCount(left)} smallest segments are not drawn.</p>` : NOTHING;
  const perRow = sum(shown, ({ bytes }) => bytes) / Math.max(1, sum(stretches, ({ length }) => length) / ROW_WIDTH);
  const label = `Map of ${formatCount(shown.length)} segments of pool ${pool.name}. Arrow keys go from block to block, up and down from segment to segment.`;
  const markup = html`
<p class="note">Each outline is a segment, and goes on in the next row where it is open. A row is about ${formatBytes(perRow)}.</p>
<div class="scroll"><svg id="${id}" class="map" viewBox="-2 0 ${ROW_WIDTH + 4} ${numRows * ROW_STEP}" tabindex="0" role="application" aria-label="${label}">
<defs><pattern id="${id}-hatch" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><path class="hatch" d="M0 0V5"/></pattern></defs>
${paths.markup(id)}<path class="cursor" d=""/></svg></div>${rest}`;
  return { markup, data };
}

/** Path data by colour: a page of 20 000 blocks has a dozen elements. */
class Paths {
  readonly #bySeries: string[][];
  readonly #free: string[] = [];
  readonly #purged: string[] = [];
  readonly #outlines: string[] = [];

  constructor(readonly series: OwnerSeries) {
    this.#bySeries = series.list.map(() => []);
  }

  segment(segment: SegmentSnapshot, cells: readonly Cell[], start: number, length: number, scale: number): void {
    // Which free pages were purged is not known: each free block shows the segment's part of them.
    const { free } = segmentUse(segment);
    const purged = free > 0 ? Math.min(1, segment.purgedBytes / free) : 0;
    let at = start;
    for (const cell of cells) {
      const width = cell.bytes * scale;
      if (isUsed(cell)) {
        this.#bySeries[this.series.of(cell.owner)]?.push(rectangles(at, width, 1));
      } else {
        const kept = width * (1 - purged);
        if (kept > 0.05) this.#free.push(rectangles(at, kept, 0));
        if (width - kept > 0.05) this.#purged.push(rectangles(at + kept, width - kept, 0));
      }
      at += width;
    }
    this.#outlines.push(outline(start, length));
  }

  markup(id: string): Markup[] {
    const used = this.#bySeries.map((paths, i) => {
      const { className } = this.series.list[i] as { className: string };
      return paths.length === 0 ? NOTHING : html`<path class="layer ${className}" d="${paths.join('')}"/>\n`;
    });
    const free = this.#free.join('');
    return [
      html`<path class="layer purged" d="${this.#purged.join('')}"/>\n`,
      html`<path class="layer free" d="${free}"/><path class="free-lines" fill="url(#${id}-hatch)" d="${free}"/>\n`,
      ...used,
      html`<path class="outline" d="${this.#outlines.join('')}"/>\n`,
    ];
  }
}

function isUsed(cell: Cell): boolean {
  return cell.activeBytes * 2 >= cell.bytes && cell.activeBytes > 0;
}

/** Behind the owners come what has none, and free memory; see `ownerEntries`. */
function addCell(data: MapData, cell: Cell, numOwners: number): void {
  if (cell.blocks > 1) data.merged.push(data.cells.length / 3, cell.blocks, cell.activeBytes);
  const known = cell.owner !== null && cell.owner >= 0 && cell.owner < numOwners;
  const owner = !isUsed(cell) ? numOwners + 1 : known ? (cell.owner as number) : numOwners;
  data.cells.push(cell.bytes, owner, cell.requestedBytes);
}

/** What a cell can belong to, as class of its colour and name. */
export function ownerEntries(pool: PoolSnapshot, series: OwnerSeries): [className: string, label: string][] {
  const classOf = (owner: number | null) => series.list[series.of(owner)]?.className ?? '';
  return [
    ...pool.owners.map((owner, i): [string, string] => [classOf(i), ownerLabel(owner)]),
    [classOf(null), 'no owner'],
    ['free', 'free'],
  ];
}

function biggest(segments: readonly SegmentSnapshot[], count: number): readonly SegmentSnapshot[] {
  if (segments.length <= count) return segments;
  const kept = new Set([...segments].sort((a, b) => b.bytes - a.bytes).slice(0, count));
  return segments.filter((segment) => kept.has(segment));
}

function segmentTitle(segment: SegmentSnapshot): string {
  const { active } = segmentUse(segment);
  const share = formatShare(segment.bytes > 0 ? active / segment.bytes : 0);
  const traits = [segment.hugePages ? ', huge pages' : '', segment.node === null ? '' : `, node ${segment.node}`];
  return `segment ${segment.id} at ${segment.address}: ${formatBytes(segment.bytes)}, ${share} in use${traits.join('')}`;
}

/** The same as numbers, the biggest segments first. */
export function segmentTable(pool: PoolSnapshot): Markup {
  const sorted = [...pool.segments].sort((a, b) => b.bytes - a.bytes);
  const rows = sorted.slice(0, MOST_ROWS_IN_TABLE).map((segment) => {
    const { active, largestFree } = segmentUse(segment);
    return html`<tr><td>${segment.id}</td><td class="code">${segment.address}</td><td class="n">${formatBytes(segment.bytes)}</td>
<td class="n">${formatBytes(active)}</td><td class="n">${formatBytes(segment.bytes - active)}</td><td class="n">${formatBytes(largestFree)}</td>
<td class="n">${formatBytes(segment.purgedBytes)}</td><td class="n">${formatCount(segment.blocks.length)}</td><td>${segment.hugePages ? 'yes' : 'no'}</td><td>${segment.node ?? '–'}</td></tr>`;
  });
  const left = sorted.length - rows.length;
  const more = left > 0 ? html`<p class="note">and ${formatCount(left)} smaller ones</p>` : NOTHING;
  return html`<details><summary>Segments as a table</summary><div class="scroll"><table>
<thead><tr><th>id</th><th>address</th><th class="n">size</th><th class="n">in use</th><th class="n">free</th><th class="n">largest free</th><th class="n">purged</th><th class="n">blocks</th><th>huge pages</th><th>node</th></tr></thead>
<tbody>${rows}</tbody></table></div>${more}</details>`;
}
