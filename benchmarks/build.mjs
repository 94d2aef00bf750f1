// @ts-check
import { execFile } from 'node:child_process';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { peakMb, residentMb } from './lib/memory.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { withStalls } from './lib/stalls.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Building an engine';
export const about = `open_nsfw (24 MB, 1135 layers) is built by NVIDIA's TensorRT-RTX for sm86, with batches 1 / 8 / 32: by
\`build()\`, and by \`build_check\`, a bare program around the same calls of NVIDIA's, which does nothing else. *Cached*: the second
time, with the key, the lock, the header, the hash of the plan and its copy to where it is wanted; of the same process, which
knows TensorRT's version and whose code is compiled by and by, and of a new one, which asks. Stalls: how late a timer of 1 ms
was; that of the process that starts \`build_check\` is what the machine, and starting a process, costs. Memory: of the process that
calls \`build()\`, at its highest, less what it had after the import.`;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[], skipped?: string }} */
export function plan({ quick, build }) {
  const rounds = quick ? 2 : 15;
  if (build === null) return { rounds, subjects: [], skipped: "NVIDIA's builder is not there (npm run setup:nvidia)" };
  const params = { ...build };
  return {
    rounds,
    subjects: [
      { id: 'bare', label: 'build_check', kind: 'control', measure: 'bare', params },
      { id: 'build', label: 'build(), no cache', kind: 'ours', measure: 'buildOnly', params },
      { id: 'kept', label: 'build(), kept in the cache', kind: 'ours', measure: 'buildKept', params },
      { id: 'hit', label: 'cached, after one build', kind: 'ours', measure: 'hit', params },
      { id: 'laterHit', label: 'cached, for the 6th time', kind: 'ours', measure: 'laterHit', params },
      { id: 'firstHit', label: 'cached, new process', kind: 'ours', measure: 'firstHit', params },
    ],
  };
}

/** @param {any} params */
export async function bare({ buildCheck, library, parser, model, profile }) {
  const args = ['--library', library, '--parser', parser, '--model', model, '--target', 'sm86', '--profile', profile];
  return measure({ model }, () => promisify(execFile)(buildCheck, args, { maxBuffer: 2 ** 26 }));
}

/** @param {any} params */
export async function buildOnly(params) {
  return withFolder(params, async (build) => measure(params, () => build({ cacheDir: false })));
}

/** @param {any} params */
export async function buildKept(params) {
  return withFolder(params, async (build) => measure(params, () => build({})));
}

/** @param {any} params */
export async function hit(params) {
  return withFolder(params, async (build) => {
    await build({});
    return measure(params, () => cached(build));
  });
}

/** @param {any} params */
export async function laterHit(params) {
  return withFolder(params, async (build) => {
    await build({});
    for (let i = 0; i < 5; i++) await cached(build);
    return measure(params, () => cached(build));
  });
}

/** @param {(options: object) => Promise<any>} build */
async function cached(build) {
  if (!(await build({})).cached) throw new Error('it was not cached');
}

/** In a process that has not looked for TensorRT yet. @param {any} params */
export async function firstHit(params) {
  return withFolder(params, async (build, folder) => {
    const script = `
      const { build } = await import('node-tensorrt');
      await build(process.argv[1], { output: process.argv[2], targets: 'sm86' });`;
    const args = ['--input-type=module', '-e', script, params.model, path.join(folder, 'first.plan')];
    await promisify(execFile)(process.execPath, args);
    return measure(params, () => cached(build));
  });
}

/**
 * @param {any} params
 * @param {(build: (options: object) => Promise<any>, folder: string) => Promise<any>} work
 */
async function withFolder({ model, gpu, libraries }, work) {
  const folder = await mkdtemp(path.join(tmpdir(), 'node-tensorrt-bench-'));
  process.env.NODE_TENSORRT_BUILDER_PATH = gpu;
  process.env.NODE_TENSORRT_LIBRARY_PATH = libraries;
  process.env.NODE_TENSORRT_CACHE_DIR = path.join(folder, 'cache');
  process.env.NODE_TENSORRT_KEY_FILE = path.join(folder, 'plan.key');
  try {
    const { build } = await import('node-tensorrt');
    const output = path.join(folder, 'out.plan');
    return await work((options) => build(model, { output, targets: 'sm86', niceness: 0, ...options }), folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {any} params @param {() => Promise<unknown>} work */
async function measure({ model }, work) {
  const beforeMb = residentMb();
  const start = performance.now();
  const { stalls } = await withStalls(work);
  const ms = performance.now() - start;
  return { ms, extraMb: peakMb() - beforeMb, modelMb: (await stat(model)).size / 1e6, ...stalls };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  /** @type {(id: string, value: (result: any) => number) => ReturnType<typeof summarize>} */
  const over = (id, value) => summarize(rounds.map((round) => value(round[id])));
  const ms = (/** @type {string} */ id) => over(id, (result) => result.ms);
  const bareMs = ms('bare').median;
  const overhead = summarize(rounds.map((round) => round.build.ms - round.bare.ms));
  const late = (/** @type {string} */ id) => over(id, ({ timerMs }) => timerMs.p999);
  const later = (/** @type {string} */ id) =>
    summarize(rounds.map((round) => round[id].timerMs.p999 - round.bare.timerMs.p999));
  const row = (/** @type {Subject} */ { id, label }) => [
    label,
    number(ms(id).median),
    range(ms(id)),
    number(over(id, ({ extraMb }) => extraMb).max),
    number(late(id).median),
    range(over(id, ({ timerMs }) => timerMs.max)),
  ];
  const modelMb = rounds[0]?.build.modelMb ?? 0;
  return {
    tables: [
      {
        title: 'open_nsfw for sm86',
        columns: ['', 'ms', 'min – max', 'memory at most, MB', 'late p99.9, ms', 'at most, min – max'],
        rows: subjects.map(row),
      },
    ],
    targets: [
      target('build() without a cache, over build_check', overhead, { atMost: bareMs * 0.1 + 300, unit: 'ms' }),
      target('cached, after one build', ms('hit'), { atMost: 100, unit: 'ms' }),
      target('cached, for the 6th time', ms('laterHit'), { atMost: 100, unit: 'ms' }),
      target('memory of the calling process, worst of all rounds', over('build', ({ extraMb }) => extraMb).max, {
        atMost: modelMb,
        unit: 'MB',
      }),
      target('event loop late in a build, p99.9, beyond that of build_check', later('build'), {
        atMost: 5,
        unit: 'ms',
      }),
      target('event loop late when cached, p99.9, beyond that of build_check', later('hit'), { atMost: 5, unit: 'ms' }),
    ],
    charts: [
      {
        name: 'build',
        title: 'An engine of open_nsfw',
        unit: 'ms',
        log: false,
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, ms(id))),
      },
    ],
  };
}
