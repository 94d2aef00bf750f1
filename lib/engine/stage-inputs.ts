import { argumentError, type NodeTensorRTError } from '../errors.js';
import type { SubmitArgument } from '../native/contract.js';
import type { Port } from '../native/port.js';
import type { EncodedRun } from './encode-run.js';
import type { CompiledSpec } from './signature.js';
import { slicedCopy } from './sliced-copy.js';

/**
 * Copies large inputs to native memory over as many turns of the event loop as it takes, then puts back what encodeRun
 * wrote to the frame: the caller submits at once what this returns. `check` is called before each slice and throws when
 * the run is not wanted any more. Rejects with what it throws, OUT_OF_MEMORY, or INVALID_ARGUMENT when a buffer was
 * detached or resized meanwhile.
 *
 * `whole`: small inputs, of a step that has to wait for one that is being staged; they are copied before this returns.
 */
export async function stageInputs(
  port: Port,
  specs: readonly CompiledSpec[],
  encoded: EncodedRun,
  check: () => void,
  whole = false,
): Promise<{ submit: (send: (args: SubmitArgument[]) => void) => void }> {
  const { arrays, frameLength } = encoded;
  const header = port.frame.slice(0, frameLength);
  const staged: SubmitArgument[] = [...arrays];
  for (const [i, spec] of specs.entries()) {
    const array = arrays[i];
    if (whole && Array.isArray(array)) staged[i] = [...array];
    if (!ArrayBuffer.isView(array)) continue;
    const { byteLength } = array;
    const staging = port.staging(byteLength);
    staged[i] = staging;
    if (whole) {
      staging.copy(array, 0, byteLength);
      continue;
    }
    await slicedCopy(byteLength, (offset, maxBytes) => {
      check();
      if (array.byteLength !== byteLength) throw changed(spec, byteLength, array.byteLength);
      return staging.copy(array, offset, maxBytes);
    });
  }
  check();
  return {
    // In one go: another run may use the frame between any two promises.
    submit: (send) => {
      port.frame.set(header);
      send(staged);
    },
  };
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
