import { NodeTensorRTError } from '../../errors.js';
import type { Node } from '../graph/node.js';
import type { TakenKind, UpgradeStep } from './step.js';
import type { StepContext } from './step-context.js';

/** Operators that ONNX had on trial and dropped before version 10. Nothing newer stands for them. */
const DROPPED = [
  'ATen',
  'Affine',
  'Crop',
  'DynamicSlice',
  'GRUUnit',
  'GivenTensorFill',
  'ImageScaler',
  'ParametricSoftplus',
  'Scale',
  'ScaledTanh',
];

/** From here on Constant nodes take over what a function's caller gives: see `StepContext.take`. */
const CONSTANT_KEYS_SINCE = 12;

/** Throws UNSUPPORTED where a node cannot be brought over by these steps, and MODEL_INVALID where it is no node for them. */
export function checkNode(node: Node, steps: readonly UpgradeStep[], context: StepContext): void {
  if (node.is(...DROPPED)) {
    throw refusal(node, `ONNX has dropped this operator; write it with others before upgrading`);
  }
  for (const step of steps) {
    checkShape(node, step);
    for (const [name, kind] of Object.entries(step.reads ?? {})) {
      checkKind(node, name, kind, false);
      // Also no number beyond 2^53.
      if (kind === 'int') node.int(name, 0);
    }
    const mayMove = context.isFunction && context.to >= CONSTANT_KEYS_SINCE;
    for (const [name, kind] of Object.entries(step.moves ?? {})) checkKind(node, name, kind, mayMove);
    const reason = step.refuse?.(node, context);
    if (reason !== undefined) throw refusal(node, reason, step.since);
  }
}

function refusal(node: Node, reason: string, since?: number): NodeTensorRTError {
  const text = `${node.label} cannot be upgraded: ${reason}`;
  return new NodeTensorRTError('UNSUPPORTED', text, { node: node.name, opType: node.opType, since });
}

function checkShape(node: Node, { needs = 1, needsOutput }: UpgradeStep): void {
  const missing = Array.from({ length: needs }, (_, i) => i).find((i) => !node.inputs[i]);
  if (missing !== undefined) {
    throw new NodeTensorRTError('MODEL_INVALID', `${node.label} has no input ${missing}`, { node: node.name });
  }
  if (needsOutput ? !node.outputs[0] : !node.outputs.some((output) => output)) {
    throw new NodeTensorRTError('MODEL_INVALID', `${node.label} has no output`, { node: node.name });
  }
}

function checkKind(node: Node, name: string, kind: TakenKind, mayBeReference: boolean): void {
  const entry = node.attributes.get(name);
  if (entry === undefined || entry.type === kind || (entry.type === 'reference' && mayBeReference)) return;
  if (entry.type === 'reference') {
    throw refusal(node, `its attribute '${name}' comes from the caller of the function; state it in the function`);
  }
  const text = `${node.label}: attribute '${name}' is of kind '${entry.type}', expected '${kind}'`;
  throw new NodeTensorRTError('MODEL_INVALID', text, { node: node.name, attribute: name });
}
