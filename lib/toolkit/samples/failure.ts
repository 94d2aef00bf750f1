import { constants } from 'node:buffer';
import { type ErrorCode, NodeTensorRTError } from '../../errors.js';

/** What can be wrong with a sample, and the code of the error. `docs/samples.md` describes each; a test compares them. */
export const sampleProblems = {
  'not-found': 'INVALID_ARGUMENT',
  'not-a-file': 'INVALID_ARGUMENT',
  'not-a-folder': 'INVALID_ARGUMENT',
  unreadable: 'INVALID_ARGUMENT',
  unwritable: 'INVALID_ARGUMENT',
  exists: 'INVALID_ARGUMENT',
  'no-samples': 'INVALID_ARGUMENT',
  truncated: 'INVALID_ARGUMENT',
  'trailing-data': 'INVALID_ARGUMENT',
  malformed: 'INVALID_ARGUMENT',
  checksum: 'INVALID_ARGUMENT',
  duplicate: 'INVALID_ARGUMENT',
  encrypted: 'UNSUPPORTED',
  compression: 'UNSUPPORTED',
  'object-array': 'UNSUPPORTED',
  'data-type': 'UNSUPPORTED',
  name: 'INVALID_ARGUMENT',
  text: 'INVALID_ARGUMENT',
  'too-large': 'OUT_OF_RANGE',
  changed: 'INVALID_ARGUMENT',
  'missing-input': 'INVALID_ARGUMENT',
  'unknown-input': 'INVALID_ARGUMENT',
  'input-type': 'INVALID_ARGUMENT',
  'input-shape': 'SHAPE_MISMATCH',
  'picture-format': 'UNSUPPORTED',
  'picture-damaged': 'INVALID_ARGUMENT',
} as const satisfies Record<string, ErrorCode>;

/** `details.reason` of an error about a sample. */
export type SampleProblem = keyof typeof sampleProblems;

/** What an error is about: a file, or an array in it. */
export type Place = string | { readonly file: string; readonly array: string };

/** An error about one file of samples; the message begins with the file's name. `details` has it too, and the array's. */
export function sampleError(
  place: Place,
  reason: SampleProblem,
  text: string,
  details: Record<string, unknown> = {},
  cause?: unknown,
): NodeTensorRTError {
  const options = cause === undefined ? undefined : { cause };
  return new NodeTensorRTError(
    sampleProblems[reason],
    `${shown(place)}: ${text}`,
    { ...about(place), reason, ...details },
    options,
  );
}

/** The error of a call of the system, as one of this library. Errors of this library stay what they are. */
export function systemError(file: string, doing: 'read' | 'write', error: unknown): NodeTensorRTError {
  if (error instanceof NodeTensorRTError) return error;
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' && doing === 'read') {
    return sampleError(file, 'not-found', 'there is no such file or folder; check the path', { system: code }, error);
  }
  const reason = doing === 'read' ? 'unreadable' : 'unwritable';
  return sampleError(file, reason, `could not ${doing} it: ${message}`, { system: code ?? message }, error);
}

/** Memory for `bytes` bytes that one array can be over, or OUT_OF_RANGE or OUT_OF_MEMORY. */
export function allocateBytes(place: Place, bytes: number): ArrayBuffer {
  if (bytes > constants.MAX_LENGTH) {
    const text = `expected an array of at most ${constants.MAX_LENGTH} bytes, which this version of Node.js can hold, received ${bytes}`;
    throw sampleError(place, 'too-large', text, { expected: constants.MAX_LENGTH, received: bytes });
  }
  try {
    return new ArrayBuffer(bytes);
  } catch (error) {
    throw new NodeTensorRTError(
      'OUT_OF_MEMORY',
      `${shown(place)}: no memory for an array of ${bytes} bytes; use smaller samples`,
      { ...about(place), kind: 'host', requestedBytes: bytes },
      { cause: error },
    );
  }
}

function about(place: Place): { file: string; array?: string } {
  return typeof place === 'string' ? { file: place } : { ...place };
}

function shown(place: Place): string {
  if (typeof place === 'string') return place;
  const name = place.array.length > 80 ? `${place.array.slice(0, 77)}...` : place.array;
  return `${place.file} (array ${JSON.stringify(name)})`;
}
