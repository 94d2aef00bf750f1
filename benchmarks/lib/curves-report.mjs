// @ts-check
// Tables and pictures of what lib/concurrency-curves.mjs measured.
import { limitOf } from './concurrency-curves.mjs';
import { number, range } from './report.mjs';
import { checkSameResults } from './rounds.mjs';
import { pairedRatio, summarize } from './stats.mjs';

/** @import { Curve, Curves } from './curves.mjs' */
/** @import { Table } from './report.mjs' */
/** @import { Round, Subject } from './rounds.mjs' */

/** What was measured, with access to it. @param {readonly Round[]} rounds @param {readonly Subject[]} subjects */
export function curveResults(rounds, subjects) {
  const perSecond = (/** @type {string} */ id) => (/** @type {Round} */ round) =>
    (1e6 / round[id].usPerCall) * rowsOf(id);
  return {
    has: (/** @type {string} */ id) => subjects.some((subject) => subject.id === id),
    /** Rows per second. */
    rate: (/** @type {string} */ id) => summarize(rounds.map(perSecond(id))),
    ratio: (/** @type {string} */ a, /** @type {string} */ b) => pairedRatio(rounds, perSecond(a), perSecond(b)),
    over: (/** @type {(round: Round) => number} */ value) => summarize(rounds.map(value)),
  };
}

/** The rows of a call: a run of the raw loop has many. @param {string} id */
function rowsOf(id) {
  return id.startsWith('raw') ? Number(id.slice('raw'.length)) : 1;
}

/**
 * @param {readonly Round[]} rounds
 * @param {readonly Subject[]} subjects those of `curveSubjects`, among others
 * @param {{ name: string, model: string, variants: readonly { id: string, label: string }[] }} options name of the question; the model in words
 * @returns {{ tables: Table[], curves: Curves[], notes: string[] }}
 */
export function reportCurves(rounds, subjects, { name, model, variants }) {
  const results = curveResults(rounds, subjects);
  const { has, rate, ratio, over } = results;
  const families = [
    { id: 'ours', label: 'node-tensorrt', kind: /** @type {const} */ ('ours') },
    { id: 'peer', label: 'onnxruntime-node', kind: /** @type {const} */ ('peer') },
    { id: 'pool', label: 'piscina', kind: /** @type {const} */ ('pool') },
    ...variants.map((variant) => ({ ...variant, kind: /** @type {const} */ ('ours') })),
  ];
  const counts = subjects.filter(({ id }) => /^ours\d+$/.test(id)).map(({ params }) => Number(params['concurrency']));
  const of = (/** @type {string} */ id) => counts.filter((count) => has(`${id}${count}`));
  const measured = families.flatMap(({ id }) => of(id).map((count) => `${id}${count}`));
  checkSameResults(rounds, [...measured, ...new Set(counts.map(limitOf))], 'rowChecksum');

  const ms = (/** @type {string} */ id, /** @type {'p50Us' | 'p99Us'} */ field) =>
    over((round) => round[id][field] / 1000).median;
  const cells = (/** @type {string} */ id) => [
    number(rate(id).median),
    range(rate(id)),
    number(ms(id, 'p50Us')),
    number(ms(id, 'p99Us')),
    number(over((round) => round[id].loopMs.p999).median),
  ];
  const timesOf = (/** @type {string} */ id, /** @type {string} */ other) =>
    has(other) ? number(ratio(id, other).median) : '–';
  const columns = ['rows per second', 'min – max', 'p50 ms', 'p99 ms', 'event loop late by (p99.9), ms'];
  return {
    tables: [
      {
        title: 'node-tensorrt',
        columns: ['clients', ...columns, 'rows a run', '× raw', '× onnxruntime-node', '× piscina'],
        rows: counts.map((count) => [
          String(count),
          ...cells(`ours${count}`),
          number(over((round) => round[`ours${count}`].rows / round[`ours${count}`].runs).median),
          timesOf(`ours${count}`, limitOf(count)),
          timesOf(`ours${count}`, `peer${count}`),
          timesOf(`ours${count}`, `pool${count}`),
        ]),
      },
      {
        title: 'The others',
        columns: ['', 'clients', ...columns],
        rows: families
          .slice(1)
          .flatMap(({ id, label }) => of(id).map((count) => [label, String(count), ...cells(`${id}${count}`)])),
      },
    ],
    curves: [
      {
        name: `${name}-rows`,
        title: `Rows per second over clients, ${model}`,
        xLabel: 'clients',
        unit: 'rows/s',
        curves: [
          {
            label: 'raw C API',
            kind: 'raw',
            dashed: true,
            points: counts.map((x) => ({ x, y: rate(limitOf(x)).median })),
          },
          ...families.map(({ id, label, kind }) => ({
            label,
            kind,
            dashed: !['ours', 'peer', 'pool'].includes(id),
            points: of(id).map((x) => ({ x, y: rate(`${id}${x}`).median })),
          })),
        ],
      },
      {
        name: `${name}-latency`,
        title: `Latency over clients, ${model}`,
        xLabel: 'clients',
        unit: 'ms: p50, dashed p99',
        log: true,
        curves: families.slice(0, 3).flatMap(({ id, label, kind }) =>
          /** @type {const} */ (['p50', 'p99']).map((quantile) => ({
            label: `${label}, ${quantile}`,
            kind,
            dashed: quantile === 'p99',
            points: of(id).map((x) => ({ x, y: ms(`${id}${x}`, `${quantile}Us`) })),
          })),
        ),
      },
    ],
    notes: notBatched(rounds, counts),
  };
}

/**
 * A reader must know when requests of ours could not meet.
 *
 * @param {readonly Round[]} rounds
 * @param {readonly number[]} counts
 */
function notBatched(rounds, counts) {
  const states = rounds.flatMap((round) => counts.map((count) => round[`ours${count}`].batching));
  const reasons = new Set(states.filter((state) => state && !state.enabled).map(({ reason }) => reason));
  return [...reasons].map((reason) => `node-tensorrt ran rows one by one: ${reason}.`);
}
