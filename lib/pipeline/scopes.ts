import { iterableOption, iteratorOf } from '../options.js';
import type { Item } from './item.js';
import type { StageContext } from './options.js';
import { type Node, travel, type Work } from './travel.js';

/** Work that makes several parts of one value, and is over when all of them are. */

/** What a fan-out gives to its join. */
export interface FannedOut {
  readonly results: unknown[];
  readonly value: unknown;
}

/**
 * Takes each of what `split` gives through `nodes`. The next one is asked for when the first of them, or its queue, has taken
 * the one before, so a generator is never further ahead than that.
 */
export function fanOutWork(
  where: string,
  split: (value: unknown, context: StageContext) => unknown,
  nodes: readonly Node[],
): Work {
  return async (value, visit) => {
    const { item, turns } = visit;
    const parts = iterableOption(`${where}: what the function returns`, await split(value, visit.context()));
    const iterator = iteratorOf(parts);
    const results: unknown[] = [];
    const children: Promise<void>[] = [];
    try {
      for (;;) {
        while (turns.isOver) await turns.next();
        const step = await iterator.next();
        if (step.done === true) break;
        const at = results.push(undefined) - 1;
        const keep = (result: unknown) => (results[at] = result);
        await visit.awaitAcceptance((onAccepted) => {
          children.push(takeThrough(item, nodes, step.value, keep, onAccepted));
        });
        if (item.outcome === undefined) continue;
        await iterator.return?.();
        break;
      }
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
        takeThrough(visit.item, nodes, value, (result) => results.set(name, result), nothing),
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
  onAccepted: () => void,
): Promise<void> {
  try {
    const { value: result, leave } = await travel(item, nodes, value, onAccepted);
    keep(result);
    leave();
  } catch (error) {
    item.fail('failed', error);
  }
}

function nothing(): void {}
