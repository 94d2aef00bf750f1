import { type ErrorCode, NodeTensorRTError } from '../../errors.js';

/** What is wrong with a sample; `details.reason` of the error. `docs/samples.md` describes each. */
export type SampleProblem =
  | 'not-found'
  | 'not-a-file'
  | 'not-a-folder'
  | 'unreadable'
  | 'unwritable'
  | 'exists'
  | 'no-samples'
  | 'truncated'
  | 'trailing-data'
  | 'malformed'
  | 'checksum'
  | 'duplicate'
  | 'encrypted'
  | 'compression'
  | 'object-array'
  | 'data-type'
  | 'name'
  | 'text'
  | 'too-large'
  | 'changed'
  | 'missing-input'
  | 'unknown-input'
  | 'input-type'
  | 'input-shape'
  | 'picture-format'
  | 'picture-damaged';

const codes: Partial<Record<SampleProblem, ErrorCode>> = {
  encrypted: 'UNSUPPORTED',
  compression: 'UNSUPPORTED',
  'object-array': 'UNSUPPORTED',
  'data-type': 'UNSUPPORTED',
  'picture-format': 'UNSUPPORTED',
  'too-large': 'OUT_OF_RANGE',
  'input-shape': 'SHAPE_MISMATCH',
};

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
    codes[reason] ?? 'INVALID_ARGUMENT',
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

/** Room for `bytes` bytes, or OUT_OF_MEMORY. */
export function allocateBytes(place: Place, bytes: number): ArrayBuffer {
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
