import type { BlockSnapshot, SegmentSnapshot } from '../snapshot.js';

/** What is drawn as one piece: a block, or neighbours that are too small to be seen apart. */
export interface Cell {
  bytes: number;
  /** In use; all or nothing for one block. */
  activeBytes: number;
  requestedBytes: number;
  /** Index of the owner who has most of it; null for free memory and what has no owner. */
  owner: number | null;
  blocks: number;
}

export const MAX_CELLS = 30_000;

/** The cells of each segment: one per block, unless that would be more than `maxCells` of them. */
export function toCells(segments: readonly SegmentSnapshot[], maxCells = MAX_CELLS): Cell[][] {
  const numBlocks = segments.reduce((count, segment) => count + segment.blocks.length, 0);
  if (numBlocks <= maxCells) return segments.map(({ blocks }) => blocks.map((block) => merge([block])));
  // Each segment gets at most its part of the cells, and never less than one.
  const bytes = segments.reduce((total, segment) => total + segment.bytes, 0);
  const smallest = bytes / maxCells;
  return segments.map(({ blocks }) => runs(blocks, smallest).map(merge));
}

/** Neighbours below `smallest` bytes together, until they reach it. */
function runs(blocks: readonly BlockSnapshot[], smallest: number): BlockSnapshot[][] {
  const result: BlockSnapshot[][] = [];
  let run: BlockSnapshot[] = [];
  let bytes = 0;
  const end = () => {
    if (run.length > 0) result.push(run);
    run = [];
    bytes = 0;
  };
  for (const block of blocks) {
    if (block.bytes >= smallest) end();
    run.push(block);
    bytes += block.bytes;
    if (bytes >= smallest) end();
  }
  end();
  return result;
}

function merge(blocks: readonly BlockSnapshot[]): Cell {
  const cell: Cell = { bytes: 0, activeBytes: 0, requestedBytes: 0, owner: null, blocks: blocks.length };
  const ofOwner = new Map<number | null, number>();
  for (const { bytes, state, requestedBytes, owner } of blocks) {
    cell.bytes += bytes;
    if (state !== 'active') continue;
    cell.activeBytes += bytes;
    cell.requestedBytes += requestedBytes;
    ofOwner.set(owner, (ofOwner.get(owner) ?? 0) + bytes);
  }
  let most = 0;
  for (const [owner, bytes] of ofOwner) {
    if (bytes > most) [most, cell.owner] = [bytes, owner];
  }
  return cell;
}
