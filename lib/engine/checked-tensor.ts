import { NodeTensorRTError } from '../errors.js';
import { objectOption } from '../options.js';
import { Tensor } from '../tensor/tensor.js';
import type { TensorMap } from '../tensor/types.js';

/** The tensor of an option, checked; errors name the option that it is of. */
export function checkedTensor(name: string, tensor: unknown): Tensor {
  const { type, data, dims } = objectOption<TensorMap[string]>(name, tensor);
  try {
    return new Tensor(type, data, dims);
  } catch (error) {
    if (!(error instanceof NodeTensorRTError)) throw error;
    const option = `${name}.${error.details['option']}`;
    throw new NodeTensorRTError(error.code, `${name}.${error.message}`, { ...error.details, option });
  }
}
