import { describe, expect, it } from 'vitest';
import { expectEnding, runChild } from './harness/child.js';
import { useModels } from './harness/models.js';

const models = useModels('weights', 'matmul16', 'strings', 'addTwo');

/**
 * The C library gives threads heaps of their own, as many as eight per CPU, and keeps the free end of each, 4 MiB here, which
 * trimming does not give back: resident size goes up in steps until every heap has had its turn, which may be late. With one
 * heap it is flat.
 */
const env = Object.assign(models, { MALLOC_ARENA_MAX: '1' });

interface Held {
  rss: number;
  files: number;
  threads: number;
}

/** V8's young generation stays small, or its growth in the first hundred thousand objects would hide ours. */
const execArgv = ['--expose-gc', '--max-semi-space-size=1'];

/**
 * What may be more in the last tenth than in the second, when caches are full and the heap has found its size. The least
 * of each counts: a collector that comes late on a busy machine is no leak.
 */
const LIMIT = 0.05;

async function samplesOf(fixture: string, ...args: (string | number)[]): Promise<Held[]> {
  const child = await runChild(fixture, { args, execArgv, env, deadlineMs: 60_000 });
  expectEnding(child);
  const { samples, allocated = 0 } = child.reports[0] as { samples: Held[]; allocated?: number };
  if (!args.includes('leak')) expect(allocated).toBe(0);
  console.log(`${fixture} ${args.join(' ')}: ${describeGrowth(samples)}`);
  return samples;
}

function growth(samples: readonly Held[]): number {
  const tenth = samples.length / 10;
  const least = (part: readonly Held[]) => Math.min(...part.map(({ rss }) => rss));
  return least(samples.slice(-tenth)) / least(samples.slice(tenth, 2 * tenth)) - 1;
}

function describeGrowth(samples: readonly Held[]): string {
  const mib = ({ rss }: Held) => (rss / 2 ** 20).toFixed(1);
  const early = samples[samples.length / 10 - 1] as Held;
  const last = samples.at(-1) as Held;
  return `${mib(early)} MiB after a tenth, ${mib(last)} MiB at the end, ${last.files} files, ${last.threads} threads`;
}

/** What the checker says: the bugs that were put in must make it fail. */
function isPlateau(samples: readonly Held[]): boolean {
  const settled = samples.slice(samples.length / 10 - 1);
  const constant = (what: 'files' | 'threads') => new Set(settled.map((sample) => sample[what])).size === 1;
  return growth(samples) < LIMIT && constant('files') && constant('threads');
}

const settings = { timeout: 70_000 };

describe.skipIf(process.platform !== 'linux')('resident size, files and threads', () => {
  it('stay the same over 200 loads, runs and closes of a 32 MB model', settings, async () => {
    const samples = await samplesOf('cycles.mjs', 200, 'close');
    expect(samples).toHaveLength(200);
    expect(growth(samples)).toBeLessThan(LIMIT);
    expect(isPlateau(samples)).toBe(true);
  });

  it(
    'stay the same over 20,000 runs each on a lane, in place, by runSync, with strings, and that fail',
    settings,
    async () => {
      const samples = await samplesOf('many-runs.mjs', 40, 500, 'drop');
      expect(growth(samples)).toBeLessThan(LIMIT);
      expect(isPlateau(samples)).toBe(true);
    },
  );

  it('do not when engines are never closed, which was put in', settings, async () => {
    expect(isPlateau(await samplesOf('cycles.mjs', 30, 'leak'))).toBe(false);
  });

  it('do not when results are kept, which was put in', settings, async () => {
    expect(isPlateau(await samplesOf('many-runs.mjs', 40, 500, 'leak'))).toBe(false);
  });
});
