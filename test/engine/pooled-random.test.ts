// Pooled tensors allocated, read, written, released and aborted in random orders, beside what must be true whatever the
// order is: who reads gets what was there, nobody is kept out for no reason, and all memory comes back.
//
// Seeded mistakes that it found: a Request::reset() that kept its leases, a lease that was taken as kRead for `into`, and
// an overlap() that was one byte short.

import { type Engine, memory, type PooledTensor, type RunOptions, type TensorLike } from 'node-tensorrt';
import { expect, test } from 'vitest';
import { identity } from '../fixtures/models.js';
import { load, turn, until } from '../support/engines.js';
import { randomNumbers } from '../support/random.js';

const SEED = Number(process.env['TEST_SEED'] ?? 20261126);
const STEPS = 3000;
const ROWS = 4;
const WIDTH = 4;

/** Rows of a tensor that a run uses. */
interface Use {
  tensor: Tracked;
  first: number;
  count: number;
  writes: boolean;
}

/** A tensor, and what each of its rows holds; the run that may have written it where that is not known. */
interface Tracked {
  pooled: PooledTensor<'float32'>;
  rows: (number | Use)[];
}

function overlap(a: Use, b: Use): boolean {
  const meet = a.tensor === b.tensor && a.first < b.first + b.count && b.first < a.first + a.count;
  return meet && (a.writes || b.writes);
}

class Storm {
  readonly random: (below: number) => number;
  readonly tensors: Tracked[] = [];
  /** Of runs that may not have ended. */
  readonly uses = new Set<Use>();
  readonly settling: Promise<void>[] = [];
  readonly counts = { runs: 0, busy: 0, aborted: 0, pooled: 0, checked: 0 };

  constructor(
    readonly engines: readonly Engine[],
    seed: number,
  ) {
    this.random = randomNumbers(seed);
  }

  allocate(): void {
    const pooled = memory.allocate('float32', [ROWS, WIDTH], { zero: false });
    const rows = Array.from({ length: ROWS }, () => this.random(1000));
    for (const [i, value] of rows.entries()) pooled.data.fill(value, i * WIDTH, (i + 1) * WIDTH);
    this.tensors.push({ pooled, rows });
  }

  release(): void {
    const [tracked] = this.tensors.splice(this.random(this.tensors.length), 1);
    tracked?.pooled.release();
  }

  #use(count: number, writes: boolean): Use {
    const tensor = this.tensors[this.random(this.tensors.length)] as Tracked;
    return { tensor, first: this.random(ROWS - count + 1), count, writes };
  }

  run(): void {
    const count = 1 + this.random(ROWS);
    const input = this.#use(count, false);
    const target = this.random(2) === 0 ? this.#use(count, true) : undefined;
    const uses = target === undefined ? [input] : [input, target];
    const expected = input.tensor.rows.slice(input.first, input.first + count);
    const before = target?.tensor.rows.slice();
    target?.tensor.rows.fill(target, target.first, target.first + count);
    const inFlight = [...this.uses];
    const mayBeBusy = uses.some((use) => inFlight.some((other) => overlap(use, other)));
    const isWrong = target !== undefined && overlap(input, target);
    const controller = new AbortController();
    const options: RunOptions = { signal: controller.signal };
    if (target !== undefined) options.into = { y: view(target) };
    else if (this.random(2) === 0) options.preferredOutputLocation = 'pool';
    const engine = this.engines[this.random(this.engines.length)] as Engine;
    this.counts.runs++;
    const run = this.random(8) === 0 ? sync(engine, input, options) : engine.run({ x: view(input) }, options);
    for (const use of uses) this.uses.add(use);
    const ended = () => {
      for (const use of uses) this.uses.delete(use);
    };
    this.settling.push(
      run.then(
        ({ y }) => {
          ended();
          expect(isWrong).toBe(false);
          const data = target?.tensor.pooled.released ? undefined : (y as TensorLike<'float32'>).data;
          for (const [i, value] of expected.entries()) {
            if (typeof value !== 'number') continue;
            if (target !== undefined && !resolveRow(target, target.first + i, value)) continue;
            const row = data?.subarray(i * WIDTH, (i + 1) * WIDTH);
            if (row !== undefined) expect(new Set(row)).toEqual(new Set([value]));
            this.counts.checked++;
          }
          if (options.preferredOutputLocation === 'pool') {
            this.counts.pooled++;
            (y as PooledTensor).release();
          }
        },
        (error) => {
          if (error === controller.signal.reason) {
            // It may still run: what it uses is in use until all is quiet.
            this.counts.aborted++;
            return;
          }
          ended();
          if (target !== undefined) for (const [i, row] of before?.entries() ?? []) resolveRow(target, i, row);
          if (error.code === 'BUSY') this.counts.busy++;
          expect(error.code).toBe(isWrong && !(mayBeBusy && error.code === 'BUSY') ? 'INVALID_ARGUMENT' : 'BUSY');
          expect(isWrong || mayBeBusy).toBe(true);
        },
      ),
    );
    const when = this.random(5);
    if (when === 0) queueMicrotask(() => controller.abort());
    else if (when === 1) setImmediate(() => controller.abort());
  }

  /** Waits for all, also for runs that were aborted and go on. */
  async settle(): Promise<void> {
    await Promise.all(this.settling.splice(0));
    await until(() =>
      this.engines.every((engine) => {
        const { accepted, completed, failed, aborted, timedOut } = engine.stats().requests;
        return accepted === completed + failed + aborted + timedOut;
      }),
    );
    await turn();
    await turn();
    this.uses.clear();
  }
}

/** Says what a row holds that this run may have written, unless another one may have since; then returns false. */
function resolveRow(by: Use, row: number, value: number | Use): boolean {
  const { rows } = by.tensor;
  if (rows[row] !== by) return false;
  rows[row] = value;
  return true;
}

function view({ tensor, first, count }: Use): TensorLike<'float32'> {
  const data = tensor.pooled.data.subarray(first * WIDTH, (first + count) * WIDTH);
  return { type: 'float32', data, dims: [count, WIDTH] };
}

async function sync(engine: Engine, input: Use, { into, preferredOutputLocation }: RunOptions) {
  return engine.runSync({ x: view(input) }, {
    ...(into && { into }),
    ...(preferredOutputLocation && { preferredOutputLocation }),
  } as RunOptions);
}

test(`pooled tensors in ${STEPS} random steps (TEST_SEED=${SEED})`, { timeout: 120_000 }, async () => {
  const options = [{ inlineBelowUs: 0 }, { inlineBelowUs: 0, batching: { maxSize: 3 } }, { inlineBelowUs: 1_000_000 }];
  const engines = await Promise.all(options.map((option) => load(identity(), { threads: 1, ...option })));
  for (const engine of engines) await engine.warmup();
  await turn();
  const base = memory.stats().allocatedBytes.current;
  const storm = new Storm(engines, SEED);
  for (let step = 0; step < STEPS; step++) {
    const action = storm.random(12);
    if (storm.tensors.length < 2 || (action === 0 && storm.tensors.length < 8)) storm.allocate();
    else if (action === 1) storm.release();
    else if (action < 8) storm.run();
    else if (action < 11) await turn();
    else if (storm.random(10) === 0) await storm.settle();
  }
  await storm.settle();
  for (const { pooled } of storm.tensors) pooled.release();
  await until(() => memory.stats().allocatedBytes.current === base);
  for (const count of Object.values(storm.counts)) expect(count).toBeGreaterThan(50);
});
