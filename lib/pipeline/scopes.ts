import type { Item } from './item.js';
import { openIterable } from './iterables.js';
import type { StageContext } from './options.js';
import { type Node, travel, type Visit, type Work } from './travel.js';

/** Work that makes several parts of one value, and is over when all of them are. */

/** What a fan-out gives to its join. */
export interface FannedOut {
  readonly results: unknown[];
  readonly value: unknown;
}

/**
 * Takes each of what `split` gives through `nodes`. The next one is only asked for when the first of them has room, so
 * that a generator makes no more than can be taken.
 */
export function fanOutWork(
  where: string,
  split: (value: unknown, context: StageContext) => unknown,
  nodes: readonly Node[],
): Work {
  return async (value, visit) => {
    const { item } = visit;
    const iterator = openIterable(`${where}: what the function returns`, await split(value, visit.context()));
    const results: unknown[] = [];
    const children: Promise<void>[] = [];
    try {
      while (await hasRoom(nodes, visit)) {
        const step = await iterator.next();
        if (step.done === true) break;
        const at = results.push(undefined) - 1;
        children.push(takeThrough(item, nodes, step.value, (result) => (results[at] = result)));
      }
      if (item.outcome !== undefined) await iterator.return?.();
    } catch (error) {
      visit.fail(error); // at once: those that were begun are not waited for
    }
    await visit.awaitParts(children);
    return { results, value } satisfies FannedOut;
  };
}

/** Takes the value through several branches at once; gives their results by name. */
export function branchesWork(branches: ReadonlyMap<string, readonly Node[]>): Work {
  return async (value, visit) => {
    const results = new Map<string, unknown>();
    for (const name of branches.keys()) results.set(name, undefined); // in this order
    await visit.awaitParts(
      [...branches].map(([name, nodes]) =>
        takeThrough(visit.item, nodes, value, (result) => results.set(name, result)),
      ),
    );
    return Object.fromEntries(results);
  };
}

/** Never rejects: what goes wrong has ended the item. */
async function takeThrough(
  item: Item,
  nodes: readonly Node[],
  value: unknown,
  keep: (result: unknown) => void,
): Promise<void> {
  try {
    const { value: result, leave } = await travel(item, nodes, value);
    keep(result);
    leave();
  } catch (error) {
    item.fail('failed', error);
  }
}

/** Waits for room in the first stage. False when the item has ended. */
async function hasRoom([first]: readonly Node[], { item, part, stage }: Visit): Promise<boolean> {
  while (first !== undefined && !first.stage.hasRoom && item.outcome === undefined) {
    part.stage = undefined;
    await first.stage.roomChanges(item.signal);
    part.stage = stage;
  }
  return item.outcome === undefined;
}
