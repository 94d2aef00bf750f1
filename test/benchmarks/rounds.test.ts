import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { checksum, inputValues } from '../../benchmarks/lib/inputs.mjs';
import { rateBetween, timeAwaits, timeCalls, timeClients } from '../../benchmarks/lib/loops.mjs';
import { checkSameResults, measureRounds } from '../../benchmarks/lib/rounds.mjs';
import { pseudoRandom } from '../fixtures/models.js';

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const program = join(folder, 'question.mjs');
const context = { quick: true, models: {}, library: '', raw: '', picture: null, magika: null, build: null };
const subject = (id: string, measure: string, params = {}) => ({
  id,
  label: id,
  kind: 'ours' as const,
  measure,
  params,
});

beforeAll(() => {
  writeFileSync(
    program,
    `export const measure = ({ value }) => ({ value, pid: process.pid });
     export const chatty = () => { console.log('a warning'); return { value: 1 }; };
     export const broken = () => { throw new Error('it broke'); };`,
  );
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('measureRounds', () => {
  it('measures all subjects in turn, round after round, each in a process of its own', async () => {
    const subjects = [subject('a', 'measure', { value: 1 }), subject('b', 'measure', { value: 2 })];
    const order: string[] = [];
    const onProgress = (text: string) => order.push(text);
    const rounds = await measureRounds({ program, subjects, rounds: 2, context, onProgress });
    expect(rounds.map(({ a, b }) => [a.value, b.value])).toEqual([
      [1, 2],
      [1, 2],
    ]);
    expect(order).toEqual(['round 1 of 2: a', 'round 1 of 2: b', 'round 2 of 2: a', 'round 2 of 2: b']);
    expect(new Set(rounds.flatMap(({ a, b }) => [a.pid, b.pid])).size).toBe(4);
  });

  it('reads the last line when a subject prints more', async () => {
    const [round] = await measureRounds({ program, subjects: [subject('a', 'chatty')], rounds: 1, context });
    expect(round?.['a']).toEqual({ value: 1 });
  });

  it('names the subject that failed, with its error', async () => {
    const measuring = measureRounds({ program, subjects: [subject('bad', 'broken')], rounds: 1, context });
    await expect(measuring).rejects.toThrow(/bad ended with 1:[\s\S]*it broke/);
  });
});

describe('checkSameResults', () => {
  it('allows rounding and refuses anything else', () => {
    const rounds = [{ a: { checksum: 100 }, b: { checksum: 100.001 } }];
    expect(() => checkSameResults(rounds, ['a', 'b'])).not.toThrow();
    const wrong = [...rounds, { a: { checksum: 100 }, b: { checksum: 101 } }];
    expect(() => checkSameResults(wrong, ['a', 'b'])).toThrow(/b computed something else/);
    expect(() => checkSameResults([{ a: { checksum: 1 }, b: {} }], ['a', 'b'])).toThrow();
  });

  it('compares the first rows of programs that run different numbers of them', () => {
    const rounds = [{ a: { checksum: 1, rowChecksum: 5 }, b: { checksum: 9, rowChecksum: 5 } }];
    checkSameResults(rounds, ['a', 'b'], 'rowChecksum');
    expect(() => checkSameResults(rounds, ['a', 'b'])).toThrow(/b computed something else/);
  });
});

describe('inputs', () => {
  it('are the numbers of the fixtures', () => {
    expect(inputValues(100, 7)).toEqual(pseudoRandom(100, 7));
  });

  it('are printable characters for a model of bytes', () => {
    const values = [...inputValues(1000, 7, 'int32')];
    expect(Math.min(...values)).toBe(32);
    expect(Math.max(...values)).toBe(126);
  });

  it('checksum tells results apart that have the same sum, as all probabilities do', () => {
    expect(checksum(Float32Array.of(1, -2, 3))).toBe(1 + 2 * 2 + 3 * 3);
    expect(checksum(Float32Array.of(0.25, 0.75))).not.toBe(checksum(Float32Array.of(0.75, 0.25)));
  });
});

describe('the timed loops', () => {
  const times = { warmupMs: 5, measureMs: 20 };
  const wait = () => new Promise((resolve) => setTimeout(resolve, 2));

  it('timeCalls counts the measured calls only, in whole blocks', () => {
    let all = 0;
    const { calls, usPerCall } = timeCalls(() => all++, { ...times, block: 10 });
    expect(calls % 10).toBe(0);
    expect(calls).toBeLessThan(all);
    expect(usPerCall * calls).toBeGreaterThanOrEqual(20_000 * 0.99);
  });

  it('timeAwaits waits for each call', async () => {
    let running = 0;
    let most = 0;
    const call = async () => {
      most = Math.max(most, ++running);
      await wait();
      running--;
    };
    const { p50Us } = await timeAwaits(call, { ...times, block: 1 });
    expect(most).toBe(1);
    expect(p50Us).toBeGreaterThan(1000);
  });

  it('timeClients keeps every client busy until the end, and ends when all are done', async () => {
    let running = 0;
    const seen: number[] = [];
    const call = async () => {
      running++;
      await wait();
      seen.push(running--);
    };
    const { calls, p50Us } = await timeClients(call, { ...times, concurrency: 4 });
    expect(Math.max(...seen)).toBe(4);
    expect(running).toBe(0);
    expect(calls).toBeGreaterThan(0);
    // Those of the warm-up, and those that ended after the measurement.
    expect(calls).toBeLessThan(seen.length);
    expect(p50Us).toBeGreaterThan(1000);
  });

  it('timeClients goes on until as many calls ended as there are clients, when a batch takes longer than the time', async () => {
    let waiting: (() => void)[] = [];
    const call = () =>
      new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length > 1) return;
        setTimeout(() => {
          for (const end of waiting) end();
          waiting = [];
        }, 30);
      });
    const { calls } = await timeClients(call, { warmupMs: 5, measureMs: 5, concurrency: 8 });
    expect(calls).toBeGreaterThanOrEqual(8);
  });

  describe('rateBetween', () => {
    /** Ten calls end together each 10 ms. */
    const batches = {
      atMs: Array.from({ length: 100 }, (_, i) => 10 * Math.floor(i / 10)),
      tookUs: Array.from({ length: 100 }, (_, i) => i),
    };

    it('gives the same rate wherever in a batch the window begins and ends', () => {
      for (const [from, to] of [
        [0, 50],
        [5, 55],
        [9.9, 50.1],
        [1, 19],
      ] as const)
        expect(rateBetween(batches, from, to).usPerCall).toBeCloseTo(1000);
    });

    it('counts the calls that ended in the window, and their latencies only', () => {
      expect(rateBetween(batches, 15, 35)).toMatchObject({ calls: 20, maxUs: 39 });
    });

    it('refuses when no call ended in the window', () => {
      expect(() => rateBetween(batches, 91, 95)).toThrow('no call ended');
      expect(() => rateBetween(batches, 1, 9)).toThrow('no call ended');
    });
  });
});
