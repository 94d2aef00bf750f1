import { NodeTensorRTError } from '../../../errors.js';
import type { TensorLike, TensorMap } from '../../../tensor/types.js';
import { serializeModel } from '../../file/write-model.js';
import type { Model } from '../../graph/model.js';
import type { LoadRunner, Runner } from '../../runner.js';
import { distance, rowOf, stack } from './rows.js';
import { type SampleOptions, sample } from './samples.js';

/** Different rows that are put together to batches. */
const ROWS = 3;
/** How far results may be apart, by the largest: sums are taken in another order for another batch. */
const TOLERANCE: Readonly<Record<string, number>> = { float32: 1e-4, float64: 1e-9, float16: 1e-2, bfloat16: 5e-2 };

/** What a proof compares. */
export interface Proof extends SampleOptions {
  readonly before: Model;
  readonly after: Model;
  /** Batch of the model as it was; 1 where it had no fixed one. */
  readonly oldBatch: number;
  /** Batches that are tried with the new model. */
  readonly batches: readonly number[];
  readonly loadRunner: LoadRunner;
}

/**
 * Runs rows through the model as it was, and in batches of the new sizes through the changed one: every row of every
 * output must be the same. Throws UNSUPPORTED, with what differs, where it is not.
 */
export async function prove(proof: Proof): Promise<void> {
  try {
    await proveWith(proof);
  } catch (error) {
    // 0 and 1 serve masks and words; bytes and pixels of two kinds only may be more than a model's numbers bear.
    const hasWholeNumbers = proof.before.graph.inputs.some(({ elementType }) => !elementType?.includes('float'));
    if (!(error instanceof NodeTensorRTError) || !hasWholeNumbers) throw error;
    await proveWith({ ...proof, bits: 8 }).catch(() => {
      throw error;
    });
  }
}

async function proveWith(proof: Proof): Promise<void> {
  const { before, after, loadRunner, oldBatch, axes } = proof;
  const old = await loadRunner(await serializeModel(before), { optimize: false });
  try {
    const inputs: TensorMap = Object.fromEntries(old.inputs.map((spec) => [spec.name, sample(spec, ROWS, proof)]));
    const rowsOf = (name: string) => inputs[name]?.dims[axes.get(name) ?? 0] ?? ROWS;
    const count = Math.min(ROWS, ...[...axes.keys()].map(rowsOf));
    const batchOf = (rows: readonly number[]) => pick(inputs, axes, rows);
    const expected: TensorMap[] = [];
    for (let row = 0; row < count; row++) {
      const rows = Array.from({ length: oldBatch }, (_, i) => (row + i) % count);
      expected.push(firstRows(await runOld(old, batchOf(rows)), oldBatch));
    }
    const changed = await loadRunner(await serializeModel(after), { optimize: false });
    try {
      for (const batch of proof.batches) {
        const rows = Array.from({ length: batch }, (_, i) => i % count);
        compare(await runNew(changed, batchOf(rows), batch), expected, rows);
      }
    } finally {
      await changed.close();
    }
  } finally {
    await old.close();
  }
}

function pick(inputs: TensorMap, axes: ReadonlyMap<string, number>, rows: readonly number[]): TensorMap {
  const entries = Object.entries(inputs).map(([name, tensor]) => {
    const axis = axes.get(name);
    return [
      name,
      axis === undefined
        ? tensor
        : stack(
            rows.map(() => tensor),
            axis,
            rows,
          ),
    ] as const;
  });
  return Object.fromEntries(entries);
}

async function runOld(runner: Runner, inputs: TensorMap): Promise<TensorMap> {
  try {
    return await runner.run(inputs);
  } catch (cause) {
    const text = 'the model does not run with made-up inputs; give real ones as options.samples, or options.sizes';
    throw new NodeTensorRTError('UNSUPPORTED', `${text} (${(cause as Error).message})`, {}, { cause });
  }
}

async function runNew(runner: Runner, inputs: TensorMap, batch: number): Promise<TensorMap> {
  try {
    return await runner.run(inputs);
  } catch (cause) {
    throw refused(`it does not run with a batch of ${batch}: ${(cause as Error).message}`, cause);
  }
}

function firstRows(outputs: TensorMap, batch: number): TensorMap {
  for (const [name, { dims }] of Object.entries(outputs)) {
    if (dims[0] !== batch) throw refused(`output '${name}' is [${dims.join(', ')}] for a batch of ${batch}`);
  }
  return Object.fromEntries(Object.entries(outputs).map(([name, tensor]) => [name, rowOf(tensor, 0, 0)]));
}

function compare(made: TensorMap, expected: readonly TensorMap[], rows: readonly number[]): void {
  for (const [name, tensor] of Object.entries(made)) {
    if (tensor.dims[0] !== rows.length) {
      throw refused(`output '${name}' is [${tensor.dims.join(', ')}] for a batch of ${rows.length}`);
    }
    for (const [i, row] of rows.entries()) {
      const apart = distance(expected[row]?.[name] as TensorLike, rowOf(tensor, 0, i));
      if (apart <= (TOLERANCE[tensor.type] ?? 0)) continue;
      const text = `row ${i} of output '${name}' in a batch of ${rows.length} is not what it is alone (apart by ${apart})`;
      throw refused(`${text}: the model mixes rows, or holds the old batch size`);
    }
  }
}

export function refused(why: string, cause?: unknown): NodeTensorRTError {
  return new NodeTensorRTError('UNSUPPORTED', `the batch dimension cannot be changed: ${why}`, {}, { cause });
}
