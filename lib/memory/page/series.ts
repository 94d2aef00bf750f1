import { formatName } from '../format.js';
import type { OwnerSnapshot, PoolSnapshot } from '../snapshot.js';

/** Hues that stay apart, also for the colour-blind; see the style sheet. What more owners there are share a grey. */
const NUM_HUES = 8;
const REST = 0;

/** What has a colour in the map and the timeline: an owner, or all those that have no colour of their own. */
export interface Series {
  /** Class in the style sheet: c1 … c8, or c0 for the rest. */
  className: string;
  label: string;
}

/** The colours of a pool's owners, the biggest first. */
export class OwnerSeries {
  readonly list: Series[] = [];
  readonly #ofOwner = new Map<number, number>();

  constructor(readonly pool: PoolSnapshot) {
    const size = ({ allocatedBytes: { current, peak } }: OwnerSnapshot) => [current, peak] as const;
    const ranked = pool.owners
      .map((owner, index) => ({ index, label: ownerLabel(owner), bytes: size(owner) }))
      .sort((a, b) => b.bytes[0] - a.bytes[0] || b.bytes[1] - a.bytes[1] || a.index - b.index);
    for (const { index, label } of ranked.slice(0, NUM_HUES)) {
      this.#ofOwner.set(index, this.list.length);
      this.list.push({ className: `c${this.list.length + 1}`, label });
    }
    const more = ranked.length - NUM_HUES;
    this.list.push({ className: `c${REST}`, label: restLabel(more) });
  }

  /** Index in `list` of an owner; null and what is unknown belong to the rest. */
  of(owner: number | null): number {
    return (owner === null ? undefined : this.#ofOwner.get(owner)) ?? this.list.length - 1;
  }

  /** The owner's own name, also without a colour of its own. */
  labelOf(owner: number | null): string {
    const known = owner === null ? undefined : this.pool.owners[owner];
    return known === undefined ? '–' : ownerLabel(known);
  }
}

function restLabel(owners: number): string {
  if (owners <= 0) return 'no owner';
  return owners === 1 ? 'another owner' : `${owners} other owners`;
}

/** "detector · weights" */
export function ownerLabel({ engine, use }: OwnerSnapshot): string {
  return engine === null ? use : `${formatName(engine)} · ${use}`;
}
