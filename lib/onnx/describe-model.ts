import type { NativeModelDescription, NativeModelValue } from '../native/model-contract.js';
import { getPort } from '../native/port.js';
import { stageModel } from '../native/stage-model.js';

/** What a model may be, as `ModelLimits` of `Engine.load` says it. */
export interface DescriptionLimits {
  readonly nodes: number;
  readonly elements: number;
  readonly declaredBytes: number;
  readonly hardLinks: boolean;
}

/** An input or output as the model declares it. */
export interface DescribedValue {
  readonly name: string;
  /** Sizes, names of those that are open, null for those without a name. undefined: not even the rank is known. */
  readonly dims: readonly (number | string | null)[] | undefined;
}

/** What a model says of itself, without its graph. */
export interface ModelDescription {
  /** Without those that are initialisers. */
  readonly inputs: readonly DescribedValue[];
  readonly outputs: readonly DescribedValue[];
  /** Of its own file. */
  readonly fileBytes: number;
  readonly precision: NativeModelDescription['precision'];
  /** Where tensors lie in other files; not looked for. `bytes` null: up to the end of the file. */
  readonly external: NativeModelDescription['external'];
}

/**
 * Looks at a model on a thread of its own, by the scan of `Engine.load`: milliseconds, where `readModel` takes a hundred and
 * the memory of the graph. Throws MODEL_INVALID as `Engine.load` does of the model's own file.
 */
export async function describeModel(source: string | Uint8Array, limits: DescriptionLimits): Promise<ModelDescription> {
  const port = getPort();
  const { model, externalData } = await stageModel(port, source, []);
  const { fileBytes, precision, external, inputs, outputs } = await port.request(
    (id) => port.native.describe(id, model, { externalData, limits }),
    (native) => native.takeDescription(),
  );
  return { inputs: inputs.map(toValue), outputs: outputs.map(toValue), fileBytes, precision, external };
}

function toValue({ name, dims, anyRank }: NativeModelValue): DescribedValue {
  return { name, dims: anyRank ? undefined : dims.map((dim) => (dim === '' ? null : dim)) };
}
