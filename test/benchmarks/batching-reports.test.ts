import { describe, expect, it } from 'vitest';
import * as mlp from '../../benchmarks/batching.mjs';
import * as magika from '../../benchmarks/batching-magika.mjs';
import * as overload from '../../benchmarks/batching-overload.mjs';

const context = { quick: false, models: { mlp: 'm' }, library: 'l', raw: 'r', picture: null, magika: 'g', build: null };
type Round = Record<string, Record<string, unknown>>;
type Plan = ReturnType<typeof mlp.plan>;

/** Two equal rounds, in which each subject has what `of` says of its name and number. */
function roundsOf({ subjects }: Pick<Plan, 'subjects'>, of: (name: string, count: number) => object): Round[] {
  const round = Object.fromEntries(
    subjects.map(({ id }) => {
      const [, name = '', count = '1'] = /^([a-z]+)([\d.]*)$/.exec(id) ?? [];
      return [id, of(name, Number(count)) as Record<string, unknown>];
    }),
  );
  return [round, round];
}

/** Ours is 5 times as quick as the peer from 8 clients on; the raw loop takes 100 µs a row. */
function result(name: string, count: number) {
  const loopMs = { p50: 0, p99: 1, p999: 2, max: 3 };
  const rate = { p50Us: 1000 * count, p99Us: 2000 * count, rowChecksum: 7, loopMs, rows: 8 * count, runs: count };
  const usPerCall = { raw: 100 * count, ours: count >= 8 ? 200 : 1000, threads: 200, pool: 500 }[name] ?? 1000;
  return { ...rate, usPerCall };
}

describe('batching', () => {
  const plan = mlp.plan(context);
  const report = mlp.report(roundsOf(plan, result), plan.subjects);

  it('has a row per number of clients, with the ratios of the round', () => {
    const [ours] = report.tables;
    expect(ours?.rows.map(([clients]) => clients)).toEqual(['1', '2', '4', '8', '16', '32', '64', '128', '256']);
    const row = ours?.rows.find(([clients]) => clients === '64') ?? [];
    const cells = Object.fromEntries(row.map((cell, i) => [ours?.columns[i], cell]));
    expect(cells).toMatchObject({
      'rows per second': '5000',
      'p50 ms': '64.0',
      'p99 ms': '128',
      'rows a run': '8.00',
      '× raw': '0.500',
      '× onnxruntime-node': '5.00',
      '× piscina': '2.50',
    });
  });

  it('has a dash where there is nothing to compare with', () => {
    const [ours] = report.tables;
    expect(ours?.rows.find(([clients]) => clients === '128')?.at(-1)).toBe('–');
  });

  it('has one row per subject of the others, and the threads', () => {
    const [, others, threads] = report.tables;
    expect(new Set(others?.rows.map(([label]) => label))).toEqual(
      new Set(['onnxruntime-node', 'piscina', 'node-tensorrt, 2 instances']),
    );
    expect(threads?.rows.map(([label]) => label)).toEqual(['1 × 64', '2 × 32', '4 × 16']);
  });

  it('misses the targets that it misses', () => {
    const passed = Object.fromEntries(report.targets.map(({ text, pass }) => [text, pass]));
    expect(passed).toEqual({
      '64 clients, throughput against onnxruntime-node': false,
      '64 clients, throughput against the raw loop of 32 rows': false,
      '4 threads × 16 clients, throughput against the raw loop': false,
      'one client, time against batching: false': true,
      '64 clients, the event loop is late by (p99.9)': true,
    });
  });

  it('draws throughput and latency of all, in ascending numbers of clients', () => {
    expect(report.curves.map(({ name }) => name)).toEqual(['batching-rows', 'batching-latency']);
    const [rows, latency] = report.curves;
    expect(rows?.curves.map(({ label }) => label)).toEqual([
      'raw C API',
      'node-tensorrt',
      'onnxruntime-node',
      'piscina',
      'node-tensorrt, 2 instances',
    ]);
    expect(latency?.curves).toHaveLength(6);
    for (const { points } of report.curves.flatMap(({ curves }) => curves)) {
      expect(points.length).toBeGreaterThan(0);
      expect(points.map(({ x }) => x)).toEqual(points.map(({ x }) => x).toSorted((a, b) => a - b));
    }
  });

  it('refuses results that differ, also of the raw loop with many rows and of the pool', () => {
    for (const wrong of ['raw', 'pool', 'two']) {
      const rounds = roundsOf(plan, (name, count) => ({
        ...result(name, count),
        ...(name === wrong && count === (wrong === 'raw' ? 32 : 64) && { rowChecksum: 8 }),
      }));
      expect(() => mlp.report(rounds, plan.subjects)).toThrow(/computed something else/);
    }
  });
});

describe('batching-magika', () => {
  it('gives samples to the proof of node-tensorrt, and to nothing else', () => {
    const { subjects } = magika.plan(context);
    const withSamples = subjects.filter(({ params }) => 'samples' in params);
    expect(withSamples.length).toBeGreaterThan(0);
    expect(withSamples.every(({ kind }) => kind === 'ours')).toBe(true);
    expect(subjects.filter(({ kind }) => kind === 'ours')).toEqual(withSamples);
  });

  it('notes when the requests could not meet', () => {
    const plan = magika.plan(context);
    const off = { enabled: false, reason: 'rows differ' };
    const rounds = roundsOf(plan, (name, count) => ({
      ...result(name, count),
      ...(name === 'ours' && { batching: off }),
    }));
    expect(magika.report(rounds, plan.subjects).notes.join()).toContain('rows differ');
    expect(magika.report(roundsOf(plan, result), plan.subjects).notes).toEqual([]);
  });
});

describe('batching-overload', () => {
  const plan = overload.plan(context);
  const times = { p50: 1, p99: 2, max: 3 };
  const open = { sent: 1000, kept: 800, late: 0, rejected: 200, openMs: 4000, grownMb: 1 };
  const rounds = (more: object) =>
    roundsOf(plan, () => ({ ...open, keptMs: times, rejectedMs: { ...times, p99: 0.5 }, sendDelayMs: times, ...more }));
  const passes = (more: object) => overload.report(rounds(more)).targets.map(({ pass }) => pass);

  it('has a row per load', () => {
    const [table] = overload.report(rounds({})).tables;
    expect(table?.rows.map(([load]) => load)).toEqual(['50 %', '80 %', '100 %', '120 %']);
    expect(table?.rows[3]?.slice(1, 5)).toEqual(['250', '200', '20.0 %', '100.000 %']);
  });

  it('fails when accepted requests are late, refusals slow, or memory grows', () => {
    expect(passes({})).toEqual([true, true, true]);
    expect(passes({ kept: 798, late: 2 })).toEqual([false, true, true]);
    expect(passes({ rejectedMs: times })).toEqual([true, false, true]);
    expect(passes({ grownMb: 5 })).toEqual([true, true, false]);
  });
});
