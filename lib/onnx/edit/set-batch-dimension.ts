import { argumentError } from '../../errors.js';
import { integerOption, knownKeys, objectOption, stringOption } from '../../options.js';
import type { TensorMap } from '../../tensor/types.js';
import { cloneModel } from '../graph/clone.js';
import type { Model } from '../graph/model.js';
import type { Value } from '../graph/value.js';
import type { Dim } from '../graph/value-type.js';
import { inferShapes } from '../infer/infer-shapes.js';
import type { LoadRunner } from '../runner.js';
import { prove, refused } from './batch/proof.js';
import { freeReshapes, whereLost } from './batch/reshapes.js';

/** Options of `setBatchDimension`. */
export interface BatchDimensionOptions {
  /** Runs the model before and after for the proof. */
  loadRunner: LoadRunner;
  /** Axis of the batch by name of input; null: the input has no batch. @default 0 for inputs with an axis */
  axes?: Readonly<Record<string, number | null>>;
  /** For the proof: sizes of named dimensions. @default 32 for each */
  sizes?: Readonly<Record<string, number>>;
  /** For the proof: tensors for inputs, one to three rows each. @default made-up numbers */
  samples?: TensorMap;
}

/** Stands for a batch that is to be a number while shapes are followed. */
const ANY_BATCH = 'batch\u0002';

/**
 * A model with another batch dimension: a number fixes it, a name frees it. Inputs, outputs and stated shapes follow, and
 * Reshapes whose constants hold the old size. It is proved: every output must have the batch as its first size, and rows
 * must give the same alone and in batches (of 1, 2, 3 and the old size where it is free), which is tried with the runner. The
 * given model stays as it is.
 *
 * Throws UNSUPPORTED where the proof fails, with the node or output; INVALID_ARGUMENT for inputs without a common batch.
 */
export async function setBatchDimension(
  model: Model,
  batch: number | string,
  options: BatchDimensionOptions,
): Promise<Model> {
  const size = typeof batch === 'number' ? integerOption('batch', batch, 1, 65536) : stringOption('batch', batch);
  const { axes, loadRunner, sizes, samples } = batchOptions(model, options);
  const copy = cloneModel(model);
  const inputs = new Map(copy.graph.inputs.map((value) => [value.name, value]));
  const batched = [...axes].map(([name, axis]) => [inputs.get(name) as Value, axis] as const);
  const old = commonBatch(batched);
  const symbol = typeof size === 'string' ? size : ANY_BATCH;
  const given = new Map(batched.map(([value, axis]) => [value, (value.dims ?? []).with(axis, symbol)]));
  const shapes = await freeReshapes(copy, given, symbol, old);
  for (const output of copy.graph.outputs) {
    const first = shapes.get(output)?.[0];
    if (typeof first !== 'number') continue;
    const lost = whereLost(copy, shapes, symbol);
    const where = lost ? `; the batch is lost at ${lost.label}` : '';
    throw refused(`output '${output.name}' is [${shapes.get(output)?.map(shown).join(', ')}] for any batch${where}`);
  }
  const inputDims = Object.fromEntries(
    batched.map(([value, axis]) => [value.name, (value.dims ?? []).with(axis, size)]),
  );
  await inferShapes(copy, { inputDims });
  for (const output of copy.graph.outputs) stateBatch(output, size);
  const tried = new Set(typeof size === 'number' ? [size] : [1, 2, 3, old ?? 1]);
  const proof = { axes, sizes, given: samples, oldBatch: old ?? 1, batches: [...tried], loadRunner };
  await prove({ ...proof, before: model, after: copy });
  return copy;
}

function shown(dim: Dim): Dim | string {
  return typeof dim === 'string' && !/^[\w.-]+$/.test(dim) ? '?' : (dim ?? '?');
}

/** What is proved may be stated, also where it did not follow. */
function stateBatch(output: Value, size: number | string): void {
  const { type } = output;
  if (type?.kind !== 'tensor' || !type.dims || type.dims.length === 0) return;
  output.type = { kind: 'tensor', elementType: type.elementType, dims: type.dims.with(0, size) };
}

function commonBatch(batched: readonly (readonly [Value, number])[]): number | undefined {
  const sizes = new Set(
    batched.map(([value, axis]) => value.dims?.[axis]).map((dim) => (typeof dim === 'number' ? dim : undefined)),
  );
  if (batched.length === 0 || sizes.size !== 1) {
    const list = batched.map(([{ name, dims }]) => `'${name}' [${dims?.join(', ')}]`).join(', ');
    throw argumentError(
      'options.axes',
      'inputs whose batches are the same; say which axis it is in each, or null',
      list,
    );
  }
  return [...sizes][0];
}

function batchOptions(model: Model, given: BatchDimensionOptions) {
  const options = objectOption<BatchDimensionOptions>('options', given);
  knownKeys('options', options, ['loadRunner', 'axes', 'sizes', 'samples']);
  if (typeof options.loadRunner !== 'function') {
    throw argumentError('options.loadRunner', 'a function that loads a model to run it', options.loadRunner);
  }
  const stated = objectOption<Record<string, number | null>>('options.axes', options.axes ?? {});
  const inputs = model.graph.inputs.filter((value) => !value.initializer);
  for (const name of Object.keys(stated)) {
    if (!inputs.some((input) => input.name === name))
      throw argumentError('options.axes', "names of the model's inputs", name);
  }
  const axes = new Map<string, number>();
  for (const { name, dims } of inputs) {
    const rank = dims?.length ?? 0;
    const axis = stated[name] ?? (name in stated || rank === 0 ? null : 0);
    if (axis !== null) axes.set(name, integerOption(`options.axes['${name}']`, axis, 0, rank - 1));
  }
  return {
    axes,
    loadRunner: options.loadRunner,
    sizes: objectOption<Record<string, number>>('options.sizes', options.sizes ?? {}),
    samples: objectOption<TensorMap>('options.samples', options.samples ?? {}),
  };
}
