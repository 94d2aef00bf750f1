import { argumentError, type NodeTensorRTError } from '../errors.js';
import type { NativeEngine, NativeStaging, SubmitArgument } from '../native/contract.js';
import type { Port } from '../native/port.js';
import { slicedCopy } from '../native/sliced-copy.js';
import type { EncodedRun } from './encode-run.js';
import type { CompiledSpec } from './signature.js';

/** Inputs that are ready to be submitted. One of the two is called, once. */
export interface StagedInputs {
  submit(send: (args: SubmitArgument[]) => void): void;
  drop(): void;
}

/**
 * Copies large inputs to native memory over as many turns of the event loop as it takes, then puts back what encodeRun
 * wrote to the frame: the caller submits at once what this returns. `check` is called before each slice and throws when
 * the run is not wanted any more. Rejects with what it throws, OUT_OF_MEMORY, or INVALID_ARGUMENT when a buffer was
 * detached or resized meanwhile; BUSY for pooled memory, which is kept from the start and not copied.
 *
 * `written`: the outputs that have an array in `encoded`. `whole`: small inputs, of a step that has to wait for one that is
 * being staged; they are copied before this returns.
 */
export async function stageInputs(
  port: Port,
  engine: NativeEngine,
  specs: readonly CompiledSpec[],
  written: readonly CompiledSpec[],
  encoded: EncodedRun,
  check: () => void,
  whole = false,
): Promise<StagedInputs> {
  const { arrays, frameLength } = encoded;
  const header = port.frame.slice(0, frameLength);
  const staged: SubmitArgument[] = [...arrays];
  const stagings: NativeStaging[] = [];
  const stage = (i: number, staging: NativeStaging) => {
    staged[i] = staging;
    stagings.push(staging);
    return staging;
  };
  const drop = () => {
    for (const staging of stagings) staging.drop();
  };
  try {
    for (const [i, { name }] of [...specs, ...written].entries()) {
      const array = arrays[i];
      if (!ArrayBuffer.isView(array) || !port.native.isPooled(array)) continue;
      stage(i, port.hold(array, i < specs.length ? 'inputs' : 'into', name));
    }
    for (const [i, spec] of specs.entries()) {
      const array = arrays[i];
      if (whole && Array.isArray(array)) staged[i] = [...array];
      if (!ArrayBuffer.isView(array) || staged[i] !== array) continue;
      const { byteLength } = array;
      const staging = stage(i, port.staging(byteLength, engine));
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
  } catch (error) {
    drop();
    throw error;
  }
  return {
    // In one go: another run may use the frame between any two promises.
    submit: (send) => {
      port.frame.set(header);
      send(staged);
    },
    drop,
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
