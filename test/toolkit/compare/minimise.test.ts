import { describe, expect, test } from 'vitest';
import { minimise, shortestPrefix, type Try } from '../../../dist/esm/toolkit/compare/bisect/minimise.js';
import { randomNumbers } from '../../support/random.js';

/** Passes when all of `needed` are kept; counts the tries of sets that were not tried before. */
function needing(needed: readonly string[], budget = Number.POSITIVE_INFINITY) {
  const tried = new Map<string, boolean>();
  const test: Try = async (keep) => {
    const key = [...keep].sort().join();
    if (!tried.has(key) && tried.size >= budget) return undefined;
    tried.set(
      key,
      needed.every((name) => keep.includes(name)),
    );
    return tried.get(key);
  };
  return { test, tries: () => tried.size };
}

const names = (count: number) => Array.from({ length: count }, (_, i) => `n${i}`);

describe('shortestPrefix() and minimise()', () => {
  test('find exactly the nodes that are needed, wherever they are', async () => {
    const random = randomNumbers(7);
    for (let round = 0; round < 200; round++) {
      const all = names(1 + random(60));
      const needed = all.filter(() => random(all.length) < 3).slice(0, 5);
      if (needed.length === 0) continue;
      const { test } = needing(needed);
      const prefix = await shortestPrefix(all, test);
      const last = Math.max(...needed.map((name) => all.indexOf(name)));
      expect(prefix).toEqual(all.slice(0, last + 1));
      const { keep, minimal } = await minimise(prefix as string[], test);
      expect({ keep: [...(keep ?? [])].sort(), minimal }).toEqual({ keep: needed.sort(), minimal: true });
    }
  });

  test('take few tries where the ranking is good', async () => {
    const { test, tries } = needing(['n0', 'n2']);
    const prefix = await shortestPrefix(names(5000), test);
    await minimise(prefix as string[], test);
    expect(tries()).toBeLessThan(12);
  });

  test('take tries in proportion to the logarithm for one node at the end', async () => {
    const { test, tries } = needing(['n999']);
    const { keep } = await minimise((await shortestPrefix(names(1000), test)) as string[], test);
    expect(keep).toEqual(['n999']);
    expect(tries()).toBeLessThan(45);
  });

  test('give nothing where nothing passes', async () => {
    expect(await shortestPrefix(names(10), needing(['elsewhere']).test)).toBeUndefined();
  });

  test('give the best so far when no tries are left', async () => {
    const needed = ['n1', 'n30'];
    const { test } = needing(needed, 8);
    const prefix = (await shortestPrefix(names(64), test)) as string[];
    expect(prefix.length).toBeGreaterThanOrEqual(31);
    const { keep, minimal } = await minimise(prefix, test);
    expect(minimal).toBe(false);
    for (const name of needed) expect(keep).toContain(name);
  });
});
