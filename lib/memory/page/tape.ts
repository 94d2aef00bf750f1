/**
 * The map of a pool is a tape: its segments one after the other, each as long as it has bytes, written in rows like
 * text. Positions are on the tape; the script of the page finds a block under the pointer by the same numbers.
 */

export const ROW_WIDTH = 1200;
export const ROW_HEIGHT = 22;
export const ROW_STEP = 31;
const SEGMENT_GAP = 7;
const SHORTEST_SEGMENT = 5;
const MOST_ROWS = 30;

/** Where a segment lies on the tape. */
export interface Stretch {
  start: number;
  length: number;
}

/** Lays out segments of so many bytes, in more rows the more there is to tell apart. */
export function layOut(segmentBytes: readonly number[], numCells: number): { stretches: Stretch[]; numRows: number } {
  const total = segmentBytes.reduce((sum, bytes) => sum + bytes, 0);
  const rows = Math.min(MOST_ROWS, Math.max(1, Math.ceil(numCells / 24), Math.ceil(segmentBytes.length / 8)));
  const room = Math.max(ROW_WIDTH / 2, rows * ROW_WIDTH - segmentBytes.length * SEGMENT_GAP);
  let end = 0;
  const stretches = segmentBytes.map((bytes) => {
    const length = Math.max(SHORTEST_SEGMENT, total > 0 ? (bytes / total) * room : 0);
    // One that would begin at the very end of a row begins the next.
    const rest = ROW_WIDTH - (end % ROW_WIDTH);
    const start = rest < Math.min(length, 3 * SHORTEST_SEGMENT) ? end + rest : end;
    end = start + length + SEGMENT_GAP;
    return { start, length };
  });
  const last = stretches.at(-1);
  return { stretches, numRows: last ? Math.ceil((last.start + last.length - 0.01) / ROW_WIDTH) : 0 };
}

/** Its rectangles, one per row that it touches, as path data. */
export function rectangles(start: number, length: number, gap: number): string {
  let path = '';
  for (const { x, y, width, last } of pieces(start, length)) {
    const drawn = Math.max(0.3, width - (last && width > 3 * gap ? gap : 0));
    path += `M${round(x)} ${y}h${round(drawn)}v${ROW_HEIGHT}h${round(-drawn)}z`;
  }
  return path;
}

/** A line around it that is open where it goes on in another row. */
export function outline(start: number, length: number): string {
  let path = '';
  for (const { x, y, width, first, last } of pieces(start, length)) {
    const [left, right, top, bottom] = [round(x - 1), round(x + width + 1), y - 1.5, y + ROW_HEIGHT + 1.5];
    path += `M${left} ${top}H${right}M${left} ${bottom}H${right}`;
    if (first) path += `M${left} ${top}V${bottom}`;
    if (last) path += `M${right} ${top}V${bottom}`;
  }
  return path;
}

interface Piece {
  x: number;
  y: number;
  width: number;
  first: boolean;
  last: boolean;
}

function pieces(start: number, length: number): Piece[] {
  const result: Piece[] = [];
  const end = start + length;
  let at = start;
  while (end - at > 0.001) {
    const row = Math.floor((at + 0.0005) / ROW_WIDTH);
    const until = Math.min(end, (row + 1) * ROW_WIDTH);
    const x = Math.max(0, at - row * ROW_WIDTH);
    result.push({ x, y: row * ROW_STEP + 3, width: until - at, first: at === start, last: end - until <= 0.001 });
    at = until;
  }
  return result;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
