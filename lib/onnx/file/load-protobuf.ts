import { setImmediate } from 'node:timers/promises';

let loading: Promise<void> | undefined;

/**
 * Loads protobuf and the schema of ONNX before a module that imports them is loaded. Part by part: as a whole they keep the
 * event loop for 20 ms, and these for 8 at most.
 */
export function loadProtobuf(): Promise<void> {
  loading ??= inParts();
  return loading;
}

async function inParts(): Promise<void> {
  await import('@bufbuild/protobuf/wire');
  await setImmediate();
  await import('@bufbuild/protobuf/codegenv2');
  await setImmediate();
  await import('@bufbuild/protobuf/wkt');
  await setImmediate();
  await import('@bufbuild/protobuf');
  await setImmediate();
  await import('../proto/onnx_pb.js');
  await setImmediate();
}
