import { NodeTensorRTError } from '../errors.js';

/** Does something with a sample: an error about what was given says which sample it was. `name`: 'samples', as the caller knows it. */
export async function withSample<T>(name: string, index: number, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const isOfSample =
      error instanceof NodeTensorRTError && ['INVALID_ARGUMENT', 'SHAPE_MISMATCH', 'OUT_OF_RANGE'].includes(error.code);
    if (!isOfSample) throw error;
    const { code, message, details } = error;
    throw new NodeTensorRTError(code, `${name}[${index}]: ${message}`, { ...details, sample: index }, { cause: error });
  }
}
