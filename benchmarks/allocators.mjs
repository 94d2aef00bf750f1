// @ts-check
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { recordTrace } from './lib/ocr-trace.mjs';
import { scratchDir } from './lib/paths.mjs';
import { buildAllocators } from './lib/raw.mjs';
import { bar, number, range, target } from './lib/report.mjs';
import { summarize } from './lib/stats.mjs';

/** @import { Context, Round, Subject } from './lib/rounds.mjs' */

export const title = 'The memory pool beside general allocators';
export const about = `Nanoseconds for a pair of allocate and free of one size, warm, from C++, by one thread and by two at once; and a
trace of PP-OCR's detector and recogniser, which load and read pictures and lines of mixed sizes, replayed with every byte
written to. *Fragmentation*: how much of the resident memory at its peak no block used at the peak of use. glibc's malloc gives
memory back in the middle of work where it can; mimalloc is measured where its library is installed (Debian: libmimalloc2.0).`;

const SIZES = [64, 4096, 65536, 2 ** 20, 8 * 2 ** 20];
const MIMALLOC = ['/usr/lib/x86_64-linux-gnu/libmimalloc.so.2', '/usr/lib/aarch64-linux-gnu/libmimalloc.so.2'];
const TRACE = path.join(scratchDir, 'ocr-trace.txt');

/** @param {Context} context @returns {{ rounds: number, subjects: Subject[] }} */
export function plan({ quick }) {
  const mimalloc = MIMALLOC.find((file) => existsSync(file));
  const allocators = { pool: 'pool', malloc: 'malloc', ...(mimalloc ? { mimalloc } : {}) };
  const measureMs = quick ? 20 : 200;
  return {
    rounds: quick ? 1 : 5,
    subjects: [
      { id: 'trace', label: 'recording the trace', kind: 'ours', measure: 'record', params: { runs: quick ? 5 : 40 } },
      ...Object.entries(allocators).map(
        ([id, allocator]) =>
          /** @type {Subject} */ ({
            id,
            label: id === 'malloc' ? "glibc's malloc" : id,
            kind: id === 'pool' ? 'ours' : 'peer',
            measure: 'measure',
            params: { allocator, measureMs },
          }),
      ),
    ],
  };
}

/** @param {any} params */
export async function record({ runs }) {
  return recordTrace({ file: TRACE, runs });
}

/** @param {any} params */
export async function measure({ allocator, measureMs }) {
  const program = await buildAllocators();
  const run = (/** @type {(string | number)[]} */ ...args) =>
    JSON.parse(execFileSync(program, args.map(String), { encoding: 'utf8' }));
  const pairs = (/** @type {string} */ mode) =>
    Object.fromEntries(SIZES.map((bytes) => [bytes, run(mode, allocator, bytes, measureMs).nsPerPair]));
  return { hot: pairs('hot'), threads: pairs('threads'), replay: run('replay', allocator, TRACE) };
}

/** @param {Round[]} rounds @param {Subject[]} all */
export function report(rounds, all) {
  const subjects = all.filter(({ id }) => id !== 'trace');
  const over = (/** @type {(round: Round) => number} */ read) => summarize(rounds.map(read));
  const hot = (/** @type {string} */ id, /** @type {number} */ bytes) => over((round) => round[id].hot[bytes]);
  const replay = (/** @type {string} */ id, /** @type {string} */ key) => over((round) => round[id].replay[key]);
  const slowest = over((round) => Math.max(...SIZES.map((bytes) => round['pool'].hot[bytes])));
  const pairTable = (/** @type {string} */ mode, /** @type {string} */ text) => ({
    title: text,
    columns: ['', ...SIZES.map((bytes) => (bytes < 2 ** 20 ? `${bytes} B` : `${bytes / 2 ** 20} MiB`))],
    rows: subjects.map(({ id, label }) => [
      label,
      ...SIZES.map((bytes) => number(over((round) => round[id][mode][bytes]).median)),
    ]),
  });
  return {
    tables: [
      pairTable('hot', 'One thread, ns per pair'),
      pairTable('threads', 'Two threads at once, ns per pair of the slower one'),
      {
        title: 'The trace of PP-OCR',
        columns: ['', 'ns per operation', 'peak in use, MiB', 'peak resident, MiB', 'fragmentation', 'min – max'],
        rows: subjects.map(({ id, label }) => [
          label,
          number(replay(id, 'nsPerOperation').median),
          number(replay(id, 'peakUseBytes').median / 2 ** 20),
          number(replay(id, 'peakResidentBytes').median / 2 ** 20),
          number(replay(id, 'fragmentation').median),
          range(replay(id, 'fragmentation')),
        ]),
      },
    ],
    targets: [
      target('a pair of any of these sizes, one thread', slowest, { atMost: 200, unit: 'ns' }),
      target('fragmentation in the trace of PP-OCR', replay('pool', 'fragmentation'), { atMost: 0.15, unit: '' }),
    ],
    charts: [
      {
        name: 'allocators',
        title: 'Allocate and free 64 KiB, one thread',
        unit: 'ns',
        bars: subjects.map(({ id, label, kind }) => bar(label, kind, hot(id, 65536))),
      },
    ],
  };
}
