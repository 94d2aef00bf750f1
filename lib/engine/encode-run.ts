import { argumentError, NodeTensorRTError } from '../errors.js';
import type { NativeArray, SubmitArgument } from '../native/contract.js';
import type { TensorLike, TensorMap } from '../tensor/types.js';
import type { RunPlan } from './run-options.js';
import { type CompiledSpec, encodeTensor, findSpec } from './signature.js';

/** A run as it crosses to native code. */
export interface EncodedRun {
  /** Of the inputs, then of `into`, then the id of the sequence, if there is one. */
  readonly arrays: readonly SubmitArgument[];
  /** Of the inputs. */
  readonly bytes: number;
  /** Numbers written to the port's frame. */
  readonly frameLength: number;
}

/**
 * Checks the inputs and the tensors of `into`, and writes what the native submit() reads to the frame. This is the hot
 * path of every run: it allocates one array, and looks at each tensor once.
 * Throws INVALID_ARGUMENT, OUT_OF_RANGE or SHAPE_MISMATCH.
 */
export function encodeRun(
  frame: Float64Array,
  specs: readonly CompiledSpec[],
  inputs: TensorMap,
  plan: RunPlan,
): EncodedRun {
  if (inputs === null || typeof inputs !== 'object') throw missing('inputs', 'an object of tensors by name', inputs);
  const { outputs, into, step } = plan;
  let at = 0;
  frame[at++] = plan.timeoutMs;
  frame[at++] = plan.priority;
  frame[at++] = step === undefined ? 0 : step.flags;
  frame[at++] = outputs.length;
  const intoArrays: NativeArray[] | undefined = into && [];
  for (let i = 0; i < outputs.length; i++) {
    const spec = outputs[i] as CompiledSpec;
    const target = into?.[i];
    frame[at++] = spec.index;
    frame[at++] = target === undefined || spec.type === 'string' ? 0 : 1;
    if (target === undefined) continue;
    const array = encodeTensor('into', spec, target, frame, at);
    if (spec.type === 'string') continue;
    intoArrays?.push(array);
    at += 1 + (frame[at] as number);
  }

  const arrays: SubmitArgument[] = [];
  let bytes = 0;
  let expected = specs.length;
  for (const spec of specs) {
    const tensor = inputs[spec.name] as TensorLike | undefined;
    if (step !== undefined && spec.isState) {
      if (tensor !== undefined)
        throw argumentError(`inputs.${spec.name}`, 'nothing: the sequence has this state', tensor);
      frame[at++] = -1;
      arrays.push(undefined);
      expected--;
      continue;
    }
    if (tensor === undefined || tensor === null || typeof tensor !== 'object') {
      throw missing(`inputs.${spec.name}`, `a tensor of type ${spec.type}`, tensor);
    }
    const array = encodeTensor('inputs', spec, tensor, frame, at);
    at += 1 + (frame[at] as number);
    bytes += array.length * spec.bytesPerElement;
    arrays.push(array);
  }
  let given = 0;
  for (const _ in inputs) given++;
  if (given !== expected) for (const name of Object.keys(inputs)) findSpec('inputs', specs, name);
  if (intoArrays !== undefined) arrays.push(...intoArrays);
  if (step !== undefined) arrays.push(step.id);
  return { arrays, bytes, frameLength: at };
}

function missing(option: string, expected: string, received: unknown): NodeTensorRTError {
  const shown = received === undefined ? 'nothing' : String(received);
  return new NodeTensorRTError('INVALID_ARGUMENT', `${option}: expected ${expected}, received ${shown}`, {
    option,
    expected,
    received: shown,
  });
}
