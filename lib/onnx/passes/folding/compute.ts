import { NodeTensorRTError } from '../../../errors.js';
import type { DataOf, TensorType } from '../../../tensor/types.js';
import { serializeModel } from '../../file/write-model.js';
import { Model } from '../../graph/model.js';
import type { Node, OptionalValue } from '../../graph/node.js';
import { Tensor } from '../../graph/tensor.js';
import type { Value } from '../../graph/value.js';
import { tensorType } from '../../graph/value-type.js';
import type { LoadRunner } from '../../runner.js';
import { type Facts, tensorOf } from '../identity/no-ops.js';

/**
 * Runs nodes whose inputs are constants or outputs of one another, as a model of their own. Returns what others use of
 * their outputs; undefined where the runner does not take the model.
 */
export async function compute(
  model: Model,
  nodes: readonly Node[],
  facts: Facts,
  loadRunner: LoadRunner,
): Promise<Map<Value, Tensor> | undefined> {
  const { small, wanted } = extract(model, nodes, facts);
  if (wanted.size === 0) return new Map();
  try {
    const runner = await loadRunner(await serializeModel(small), { optimize: false });
    try {
      const made = await runner.run({});
      return new Map([...wanted].map(([value, name]) => [value, tensorFrom(made[name])]));
    } finally {
      await runner.close();
    }
  } catch (error) {
    if (error instanceof NodeTensorRTError) return undefined;
    throw error;
  }
}

function tensorFrom(made: { type: TensorType; dims: readonly number[]; data: DataOf<TensorType> } | undefined): Tensor {
  if (made === undefined || Array.isArray(made.data)) {
    throw new NodeTensorRTError('INTERNAL', 'a constant was computed, but the runner did not return it');
  }
  const { buffer, byteOffset, byteLength } = made.data;
  return Tensor.raw(made.type, made.dims, new Uint8Array(buffer, byteOffset, byteLength).slice());
}

function extract(model: Model, nodes: readonly Node[], facts: Facts) {
  const small = new Model();
  small.irVersion = model.irVersion;
  for (const [domain, version] of model.opsets) small.opsets.set(domain, version);
  const { graph } = small;
  const copies = new Map<Value, Value>();
  const copyOf = (value: OptionalValue): OptionalValue => {
    if (!value) return undefined;
    const known = copies.get(value);
    if (known) return known;
    const copy = graph.newInitializer(value.name, value.constant as Tensor);
    copies.set(value, copy);
    return copy;
  };
  const inside = new Set(nodes);
  const wanted = new Map<Value, string>();
  for (const node of nodes) {
    const inputs = node.inputs.map(copyOf);
    const outputs = node.outputs.map((output) => {
      if (!output) return undefined;
      const fact = tensorOf(facts, output);
      const copy = graph.newValue(output.name, fact?.elementType && tensorType(fact.elementType, undefined));
      copies.set(output, copy);
      if (output.consumers.some((consumer) => !inside.has(consumer))) {
        wanted.set(output, copy.name);
        graph.addOutput(copy);
      }
      return copy;
    });
    graph.newNode(node.opType, inputs, outputs, { attributes: Object.fromEntries(node.attributes) });
  }
  return { small, wanted };
}
