import { argumentError, NodeTensorRTError } from '../../errors.js';
import { objectOption } from '../../options.js';
import type { TensorLike, TensorMap, TensorSpec } from '../../tensor/types.js';
import { castFloats } from './cast-floats.js';
import { isFloatType } from './statistics/elements.js';

/** What the samples are. */
export type Samples = Iterable<TensorMap> | AsyncIterable<TensorMap>;

/** A model by its name, and what it takes. */
export interface InputsOf {
  readonly name: string;
  readonly inputs: readonly TensorSpec[];
}

export function noSamples(): NodeTensorRTError {
  const text = 'samples: expected at least one, received none; a generator can be used once only';
  return new NodeTensorRTError('INVALID_ARGUMENT', text, { option: 'samples' });
}

/** Checks a sample against all models that take it. Throws INVALID_ARGUMENT. */
export function checkSample(sample: unknown, index: number, models: readonly InputsOf[]): TensorMap {
  const what = `samples[${index}]`;
  const tensors = objectOption<TensorMap>(what, sample);
  for (const { name, inputs } of models) {
    const missing = inputs.find((input) => !Object.hasOwn(tensors, input.name));
    if (missing) {
      const names = Object.keys(tensors).slice(0, 20).join(', ') || 'nothing';
      const text = `${what}: expected a tensor for input '${missing.name}' of ${name}, received ${names}`;
      throw new NodeTensorRTError('INVALID_ARGUMENT', text, { sample: index, input: missing.name, model: name });
    }
  }
  for (const name of Object.keys(tensors)) {
    if (models.some(({ inputs }) => inputs.some((input) => input.name === name))) continue;
    const known = [...new Set(models.flatMap(({ inputs }) => inputs.map((input) => input.name)))].join(', ');
    throw argumentError(`${what}.${name}`, `a name of an input: ${known}`, name, 'INVALID_ARGUMENT', { sample: index });
  }
  return tensors;
}

/** The inputs that one model takes of a sample. Floating-point tensors of another type than it takes are converted. */
export async function inputsFor({ inputs }: InputsOf, sample: TensorMap, index: number): Promise<TensorMap> {
  const taken: [string, TensorLike][] = [];
  for (const { name, type } of inputs) {
    const tensor = objectOption<TensorLike>(`samples[${index}].${name}`, sample[name]);
    const differs = tensor.type !== type && isFloatType(tensor.type);
    const what = `samples[${index}].${name}`;
    taken.push([name, differs && isFloatType(type) ? await castFloats(what, tensor, type) : tensor]);
  }
  return Object.fromEntries(taken);
}

/** A sample that stays as it is when whoever gave it uses its memory again. */
export function copySample(sample: TensorMap): TensorMap {
  return Object.fromEntries(
    Object.entries(sample).map(([name, { type, data, dims }]) => {
      const copy = Array.isArray(data) ? [...data] : (data as Float32Array).slice();
      return [name, { type, data: copy, dims: [...dims] }];
    }),
  );
}
