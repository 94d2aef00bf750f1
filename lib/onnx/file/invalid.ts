import { NodeTensorRTError } from '../../errors.js';

/** The error for a file that is no proper ONNX model. `reason` is for programs: it stays the same. */
export function invalid(reason: string, text: string, details: Record<string, unknown> = {}): NodeTensorRTError {
  return new NodeTensorRTError('MODEL_INVALID', text, { reason, ...details });
}
