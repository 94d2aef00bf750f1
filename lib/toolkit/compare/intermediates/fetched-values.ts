import { NodeTensorRTError } from '../../../errors.js';
import type { Model } from '../../../onnx/graph/model.js';
import type { Value } from '../../../onnx/graph/value.js';
import type { Runner } from '../../../onnx/runner.js';
import type { TensorSpec } from '../../../tensor/types.js';
import type { Side } from '../side.js';

/** Outputs that are asked for at once, at most: engines have a limit. */
const MAX_OUTPUTS = 256;

/** Loads a model so that it returns these inner values, and nothing else. */
export function loadReturning(side: Side, names: readonly string[]): Promise<Runner> {
  return side.loadVariant((model) => {
    const values = names.map((name) => model.graph.find(name) as Value);
    // Their types are what the backend infers: those in a file may be wrong.
    for (const value of values) forgetType(model, value);
    model.graph.setOutputs(values);
  });
}

function forgetType({ graph }: Model, value: Value): void {
  if (value.isOutput) return;
  graph.valueInfo.delete(value);
  value.type = undefined;
  value.info = undefined;
}

/** What a backend says about inner values, and about the model's inputs. */
export interface Described {
  readonly inputs: readonly TensorSpec[];
  readonly values: ReadonlyMap<string, TensorSpec>;
  /** Why values cannot be returned. */
  readonly refused: ReadonlyMap<string, string>;
}

/** Asks a backend about inner values; those that it cannot return are found by halving. */
export async function describeValues(side: Side, names: readonly string[], signal?: AbortSignal): Promise<Described> {
  const values = new Map<string, TensorSpec>();
  const refused = new Map<string, string>();
  let inputs: readonly TensorSpec[] = [];
  const waiting: (readonly string[])[] = [];
  for (let at = 0; at < names.length; at += MAX_OUTPUTS) waiting.push(names.slice(at, at + MAX_OUTPUTS));
  for (let group = waiting.shift(); group; group = waiting.shift()) {
    signal?.throwIfAborted();
    try {
      const runner = await loadReturning(side, group);
      inputs = runner.inputs;
      for (const spec of runner.outputs) values.set(spec.name, spec);
      await runner.close();
    } catch (error) {
      if (!(error instanceof NodeTensorRTError) || !REFUSALS.has(error.code)) throw error;
      if (group.length === 1) {
        refused.set(group[0] as string, `${side.name} cannot return it: ${error.message}`);
        continue;
      }
      const half = group.length >> 1;
      waiting.unshift(group.slice(0, half), group.slice(half));
    }
  }
  return { inputs, values, refused };
}

const REFUSALS = new Set(['UNSUPPORTED', 'MODEL_INVALID', 'BACKEND_ERROR']);
