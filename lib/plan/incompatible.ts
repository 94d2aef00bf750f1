import { NodeTensorRTError } from '../errors.js';

/** What can be wrong with a plan file. */
export type PlanReason =
  | 'not-a-plan'
  | 'format-version'
  | 'truncated'
  | 'damaged'
  | 'untrusted'
  | 'backend'
  | 'platform'
  | 'version'
  | 'refit'
  | 'refused'
  | 'invalid';

/** The error for a plan that is not used. `reason` is for programs: it stays the same. */
export function incompatible(
  reason: PlanReason,
  path: string,
  text: string,
  details: Record<string, unknown> = {},
): NodeTensorRTError {
  return new NodeTensorRTError('ENGINE_INCOMPATIBLE', `${path} ${text}`, { reason, path, ...details });
}

export const BUILD_AGAIN = 'Build it again from its ONNX model.';
