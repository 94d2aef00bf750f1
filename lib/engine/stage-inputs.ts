import { argumentError, NodeTensorRTError } from '../errors.js';
import type { NativeArray, NativeStaging } from '../native/contract.js';
import type { Port } from '../native/port.js';
import type { EncodedRun } from './encode-run.js';
import type { CompiledSpec } from './signature.js';
import { slicedCopy } from './sliced-copy.js';

type Submit = (submit: (arrays: (NativeArray | NativeStaging)[]) => void) => void;

/**
 * Copies large inputs to native memory over as many turns of the event loop as it takes. Returns a function that puts
 * back what #encode wrote to the frame, and submits. Rejects with the signal's reason, TIMEOUT, or INVALID_ARGUMENT
 * when a buffer was detached or resized meanwhile.
 */
export async function stageInputs(
  port: Port,
  specs: readonly CompiledSpec[],
  encoded: EncodedRun,
  signal: AbortSignal | undefined,
  deadline: number | undefined,
): Promise<Submit> {
  const { arrays, frameLength } = encoded;
  const header = port.frame.slice(0, frameLength);
  const staged: (NativeArray | NativeStaging)[] = [...arrays];
  for (const [i, spec] of specs.entries()) {
    const array = arrays[i];
    if (!ArrayBuffer.isView(array)) continue;
    const { byteLength } = array;
    const staging = port.staging(byteLength);
    staged[i] = staging;
    await slicedCopy(byteLength, (offset, maxBytes) => {
      signal?.throwIfAborted();
      throwIfLate(deadline);
      if (array.byteLength !== byteLength) throw changed(spec, byteLength, array.byteLength);
      return staging.copy(array, offset, maxBytes);
    });
  }
  return (submit) => {
    port.frame.set(header);
    submit(staged);
  };
}

function throwIfLate(deadline: number | undefined): void {
  if (deadline !== undefined && performance.now() >= deadline) {
    throw new NodeTensorRTError('TIMEOUT', 'the time-out passed while the inputs were copied (options.timeoutMs)');
  }
}

function changed(spec: CompiledSpec, expected: number, received: number): NodeTensorRTError {
  return argumentError(
    `inputs.${spec.name}.data`,
    `a buffer that stays as it is until the run settles (${expected} bytes)`,
    `${received} bytes`,
    'INVALID_ARGUMENT',
    { reason: 'detached-or-resized', tensor: spec.name },
  );
}
