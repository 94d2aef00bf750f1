// @ts-check
import { copyFile, rm } from 'node:fs/promises';
import { largeModel } from './lib/large-model.mjs';
import { peakMb, residentMb } from './lib/memory.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { withStalls } from './lib/stalls.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'Casting a large model';
export const about = `A model of 1.07 GB (64 matrices, 1344 nodes) is read, cast to float16 and written, from file to file, beside
\`fs.copyFile\` and a flush to the disk of the same file. The file is in the system's cache. Memory: resident memory at
its highest, less what the process had after the import. The first cast of a process
loads the code of 200 files on the way. Stalls: how late a timer of 1 ms was, and the same in a process that
only copies, which Node does in a thread of its own: the delays that the machine itself makes. *Import*: of
\`node-tensorrt/onnx\`, in a new process.`;

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick }) {
  const params = { blocks: quick ? 4 : 64 };
  return {
    rounds: quick ? 1 : 7,
    subjects: [
      { id: 'copy', label: 'fs.copyFile', kind: 'control', measure: 'copy', params },
      { id: 'cast', label: 'castModel, writeModel', kind: 'ours', measure: 'cast', params },
      { id: 'again', label: 'the same, not the first of its process', kind: 'ours', measure: 'castAgain', params },
      { id: 'import', label: 'import', kind: 'ours', measure: 'importEntry', params: {} },
    ],
  };
}

/** @param {any} params */
export async function copy({ blocks }) {
  const file = await largeModel(blocks);
  const { open } = await import('node:fs/promises');
  return measure(`${file}.copy`, async (to) => {
    await copyFile(file, to);
    const copied = await open(to, 'r+');
    await copied.datasync();
    await copied.close();
  });
}

/** @param {any} params */
export async function cast({ blocks }) {
  const file = await largeModel(blocks);
  const { castModel, writeModel } = await import('node-tensorrt/onnx');
  return measure(`${file}.cast`, async (to) => {
    const { model, report } = await castModel(file, { to: 'fp16' });
    if (report.low !== blocks * 21) throw new Error(`${report.low} nodes of ${blocks * 21} were cast`);
    await writeModel(model, to);
  });
}

/** @param {any} params */
export async function castAgain(params) {
  await cast({ blocks: 4 });
  return cast(params);
}

/** @param {any} _params */
export async function importEntry(_params) {
  const start = performance.now();
  await import('node-tensorrt/onnx');
  return { ms: performance.now() - start };
}

/** @param {string} to @param {(to: string) => Promise<void>} work */
async function measure(to, work) {
  await rm(to, { force: true });
  const beforeMb = residentMb();
  const start = performance.now();
  const { stalls } = await withStalls(() => work(to));
  const ms = performance.now() - start;
  await rm(to, { force: true });
  return { ms, extraMb: peakMb() - beforeMb, ...stalls };
}

/** @param {Round[]} rounds @param {Subject[]} subjects */
export function report(rounds, subjects) {
  /** @type {(id: string, value: (result: any) => number) => ReturnType<typeof summarize>} */
  const over = (id, value) => summarize(rounds.map((round) => value(round[id])));
  const works = subjects.filter(({ measure: name }) => name !== 'importEntry');
  const ratio = summarize(rounds.map(({ copy: copied, cast: done }) => done.ms / copied.ms));
  const late = (/** @type {string} */ id) =>
    summarize(rounds.map((round) => round[id].timerMs.max - round['copy'].timerMs.max));
  const worst = (/** @type {string} */ id) => over(id, ({ timerMs }) => timerMs.max);
  const row = (/** @type {Subject} */ { id, label }) => {
    const ms = over(id, (result) => result.ms);
    const late = ['p50', 'p99', 'p999'].map((field) => number(over(id, ({ timerMs }) => timerMs[field]).median));
    return [
      label,
      number(ms.median),
      range(ms),
      number(over(id, ({ extraMb }) => extraMb).max),
      ...late,
      range(worst(id)),
    ];
  };
  return {
    tables: [
      {
        title: 'From file to file',
        columns: ['', 'ms', 'min – max', 'memory at most, MB', 'late p50, ms', 'p99', 'p99.9', 'at most, min – max'],
        rows: works.map(row),
      },
    ],
    targets: [
      target('castModel and writeModel, against fs.copyFile', ratio, { atMost: 3, unit: '×' }),
      target('memory of casting 1.07 GB, worst of all rounds', over('cast', ({ extraMb }) => extraMb).max, {
        atMost: 430,
        unit: 'MB',
      }),
      target('event loop held up at most, less what copying has', late('cast'), { atMost: 5, unit: 'ms' }),
      target('the same, not the first of its process', late('again'), { atMost: 5, unit: 'ms' }),
      target(
        'import of node-tensorrt/onnx',
        over('import', (result) => result.ms),
        { atMost: 60, unit: 'ms' },
      ),
    ],
    charts: [
      {
        name: 'cast',
        title: 'A model of 1.07 GB from file to file',
        unit: 'ms',
        log: false,
        bars: works.map(({ id, label, kind }) =>
          bar(
            label,
            kind,
            over(id, (result) => result.ms),
          ),
        ),
      },
    ],
  };
}
