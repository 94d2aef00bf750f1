import { NodeTensorRTError } from '../errors.js';
import { builderError, emptyLog, note } from './builder-error.js';
import type { DevicesEvent } from './events.js';
import type { BuilderFiles } from './find-builder.js';
import { runBuilder } from './run-builder.js';

/** The GPU that a plan is built on and for. */
export interface BuildDevice {
  readonly name: string;
  readonly uuid: string;
  readonly computeCapability: string;
  readonly driver: string;
}

/**
 * A GPU of this machine, as the driver has it, by its index after CUDA_VISIBLE_DEVICES or its UUID. Asked for in a process of
 * its own, since the driver does not leave a process again. Throws BACKEND_UNAVAILABLE, with `advice`.
 */
export async function findDevice(
  wanted: number | string,
  files: BuilderFiles,
  signal: AbortSignal | undefined,
  advice: string,
): Promise<BuildDevice> {
  const log = emptyLog();
  let found: DevicesEvent | undefined;
  const limits = { memoryBytes: 0, niceness: 0 };
  const onEvent = (event: Parameters<typeof note>[1]) => {
    if (event.event === 'devices') found = event;
    note(log, event);
  };
  const end = await runBuilder(files, 'devices', [], limits, onEvent, signal);
  if (found === undefined) {
    const error = builderError('no GPU can be used', log, end, () => undefined);
    throw noGpu(error.message, advice, error);
  }
  const { driver, devices } = found;
  const device = devices.find(({ index, uuid }) => String(index) === String(wanted) || uuid === wanted);
  if (device) return { name: device.name, uuid: device.uuid, computeCapability: device.computeCapability, driver };
  const there = devices.map(({ index, name, uuid }) => `${index} (${name}, ${uuid})`).join(', ');
  throw noGpu(`there is no GPU ${wanted}; there are: ${there || 'none'}`, advice);
}

function noGpu(what: string, advice: string, cause?: Error): NodeTensorRTError {
  const text = `options.device: ${what}. ${advice}`;
  const details = { option: 'options.device', reason: 'no-gpu' };
  return new NodeTensorRTError('BACKEND_UNAVAILABLE', text, details, cause && { cause });
}
