import { argumentError } from '../../errors.js';
import type { TensorLike, TensorMap, TensorSpec } from '../../tensor/types.js';
import { sampleError } from './failure.js';

/** The option that samples are compared with: `engine.inputs`, or a list like it. */
export function inputsOption(name: string, value: unknown): readonly TensorSpec[] | undefined {
  if (value === undefined) return undefined;
  const isList =
    Array.isArray(value) && value.every((spec) => typeof spec?.name === 'string' && Array.isArray(spec.dims));
  if (!isList) throw argumentError(name, "a model's inputs, as engine.inputs", value);
  return value;
}

/**
 * Compares a sample with the inputs of a model: all there, no other ones, types and shapes. Errors name the file. An input
 * without dimensions fits any shape: a model that does not say its rank looks the same.
 */
export function checkSample(file: string, sample: TensorMap, inputs: readonly TensorSpec[]): void {
  const wanted = inputs.map(({ name }) => name);
  const missing = wanted.filter((name) => !Object.hasOwn(sample, name));
  if (missing.length > 0) {
    const text = `expected arrays for the inputs ${list(wanted)}, received ${list(Object.keys(sample))}; ${list(missing)} missing`;
    throw sampleError(file, 'missing-input', text, { missing });
  }
  const unknown = Object.keys(sample).filter((name) => !wanted.includes(name));
  if (unknown.length > 0) {
    const text = `expected arrays for the inputs ${list(wanted)} only, received ${list(unknown)} too; rename or remove what the model does not have`;
    throw sampleError(file, 'unknown-input', text, { unknown });
  }
  for (const spec of inputs) checkTensor(file, sample[spec.name] as TensorLike, spec);
}

function checkTensor(file: string, { type, dims }: TensorLike, spec: TensorSpec): void {
  if (type !== spec.type) {
    const text = `expected ${spec.type} for the input '${spec.name}', received ${type}; save it as the model has it`;
    throw sampleError(file, 'input-type', text, { tensor: spec.name, expected: spec.type, received: type });
  }
  if (spec.dims.length === 0) return;
  const fits =
    dims.length === spec.dims.length &&
    spec.dims.every((dim, i) => typeof dim !== 'number' || dim < 0 || dim === dims[i]);
  if (fits) return;
  const expected = `[${spec.dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
  const text = `expected shape ${expected} for the input '${spec.name}', received [${dims.join(', ')}]`;
  throw sampleError(file, 'input-shape', text, { tensor: spec.name, expected, received: [...dims] });
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 20).map((name) => `'${name}'`);
  if (names.length > shown.length) shown.push(`and ${names.length - shown.length} more`);
  return shown.length === 0 ? 'none' : shown.join(', ');
}
