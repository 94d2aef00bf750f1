import { dataTypes } from '../tensor/data-types.js';
import { resultTensor } from '../tensor/tensor.js';
import type { TensorMap } from '../tensor/types.js';
import { present } from './results.js';
import type { IntoTarget, RunPlan } from './run-options.js';
import { type CompiledSpec, setTensor } from './signature.js';

/** Larger results cost more to compute than this saves. */
const MAX_BYTES = 2 ** 16;

/**
 * For a run on this thread whose results all have a fixed shape: makes them beforehand, as if the user had given them
 * in `into`. The run then writes them itself, which spares ONNX Runtime an allocation and us a copy and a call. Returns
 * `plan` when it cannot be done.
 */
export function preallocate(plan: RunPlan, float16: 'bits' | 'array'): RunPlan {
  const { outputs } = plan;
  let bytes = 0;
  for (const spec of outputs) {
    if (spec.fixedCount < 0) return plan;
    bytes += spec.fixedCount * spec.bytesPerElement;
  }
  if (bytes > MAX_BYTES) return plan;
  const into: IntoTarget[] = [];
  const written: TensorMap = {};
  for (let i = 0; i < outputs.length; i++) {
    const { name, type, sizes, fixedCount } = outputs[i] as CompiledSpec;
    const data = dataTypes[type].create(fixedCount);
    const tensor = resultTensor(type, present(type, data, float16), sizes.slice());
    into.push({ tensor, type, data, dims: sizes });
    setTensor(written, name, tensor);
  }
  return { ...plan, into, written, own: true };
}
