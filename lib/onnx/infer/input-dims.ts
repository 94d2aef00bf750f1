import { argumentError, NodeTensorRTError } from '../../errors.js';
import { objectOption } from '../../options.js';
import type { Model } from '../graph/model.js';
import type { Value } from '../graph/value.js';
import type { Dim } from '../graph/value-type.js';

/** Sizes for inputs of a model's graph, by name, as options have them. */
export function inputDimsOption(model: Model, option: string, given: unknown): Map<Value, readonly Dim[]> {
  const entries = Object.entries(objectOption<Record<string, unknown>>(option, given));
  return new Map(
    entries.map(([name, dims]) => {
      const value = model.graph.inputs.find((input) => input.name === name);
      if (!value) {
        const names = model.graph.inputs.map((input) => `'${input.name}'`).join(', ');
        throw argumentError(option, `names of the model's inputs: ${names}`, name);
      }
      return [value, dimsOf(value, `${option}.${name}`, dims)];
    }),
  );
}

function dimsOf(value: Value, option: string, given: unknown): readonly Dim[] {
  if (!Array.isArray(given) || !given.every(isDim)) {
    throw argumentError(option, 'an array of sizes of 0 or more, names, or null', given);
  }
  const { dims } = value;
  if (dims && dims.length !== given.length) {
    const text = `${option}: the input has ${dims.length} dimensions, received ${given.length} ([${given.join(', ')}])`;
    throw new NodeTensorRTError('SHAPE_MISMATCH', text, { option, expected: dims.length, received: given.length });
  }
  return given;
}

function isDim(dim: unknown): dim is Dim {
  if (dim === null || (typeof dim === 'string' && dim !== '')) return true;
  return Number.isSafeInteger(dim) && (dim as number) >= 0;
}
