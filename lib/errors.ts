/**
 * The one table of errors. Native code throws the same codes (`native/core/error.h` has them in this order, and a
 * test compares the two); `docs/errors.md` describes them, compared by a test as well.
 */
export const errorTable = {
  INVALID_ARGUMENT: { httpStatus: 400, retryable: false, meaning: 'an argument or option is not what it must be' },
  OUT_OF_RANGE: { httpStatus: 400, retryable: false, meaning: 'a number lies outside of its limits' },
  SHAPE_MISMATCH: { httpStatus: 400, retryable: false, meaning: 'rank, dimensions or size do not fit the model' },
  NOT_OPEN: { httpStatus: 503, retryable: false, meaning: 'the engine is closed, or closed meanwhile' },
  BUSY: { httpStatus: 503, retryable: true, meaning: 'something that is used exclusively is in use' },
  TIMEOUT: { httpStatus: 504, retryable: true, meaning: 'the time-out passed before the result was there' },
  QUEUE_FULL: { httpStatus: 503, retryable: true, meaning: 'the queue has reached its limit' },
  BACKEND_UNAVAILABLE: { httpStatus: 500, retryable: false, meaning: 'a backend, its library or device is missing' },
  UNSUPPORTED: { httpStatus: 501, retryable: false, meaning: 'this version, backend or platform cannot do it' },
  BINARY_NOT_FOUND: { httpStatus: 500, retryable: false, meaning: 'the native addon could not be loaded' },
  MODEL_INVALID: { httpStatus: 400, retryable: false, meaning: 'the model is missing, damaged, unsafe or not ONNX' },
  ENGINE_INCOMPATIBLE: { httpStatus: 500, retryable: false, meaning: 'a built plan does not fit this machine' },
  BUILD_FAILED: { httpStatus: 500, retryable: false, meaning: 'an engine could not be built from the model' },
  OUT_OF_MEMORY: { httpStatus: 503, retryable: true, meaning: 'memory ran out, also after the cache was emptied' },
  DEVICE_LOST: { httpStatus: 503, retryable: false, meaning: 'the device can no longer be used by this process' },
  BACKEND_ERROR: { httpStatus: 500, retryable: false, meaning: 'the backend failed while it ran the model' },
  STAGE_FAILED: { httpStatus: 500, retryable: false, meaning: 'a function in a stage of a pipeline threw' },
  INTERNAL: { httpStatus: 500, retryable: false, meaning: 'a bug of this library' },
} as const satisfies Record<string, { httpStatus: number; retryable: boolean; meaning: string }>;

/** A stable code; `docs/errors.md` says when each is thrown. */
export type ErrorCode = keyof typeof errorTable;

/** All codes, in the order of the native enum. */
export const errorCodes = Object.keys(errorTable) as ErrorCode[];

/**
 * Every failure of this library. Tell them apart by `code`, never by the message. An aborted operation rejects with
 * `signal.reason` itself, which is not one of these.
 */
export class NodeTensorRTError extends Error {
  override readonly name = 'NodeTensorRTError';

  constructor(
    /** What happened, for programs. */
    readonly code: ErrorCode,
    message: string,
    /** Facts about this occurrence; the keys belong to the code and are documented with it. */
    readonly details: Readonly<Record<string, unknown>> = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** Whether the same call may succeed later without a change. */
  get retryable(): boolean {
    return errorTable[this.code].retryable;
  }
}

/** An argument error that says which option, what it must be, and what came instead. */
export function argumentError(
  option: string,
  expected: string,
  received: unknown,
  code: 'INVALID_ARGUMENT' | 'OUT_OF_RANGE' | 'SHAPE_MISMATCH' = 'INVALID_ARGUMENT',
  details: Record<string, unknown> = {},
): NodeTensorRTError {
  const shown = describe(received);
  return new NodeTensorRTError(code, `${option}: expected ${expected}, received ${shown}`, {
    option,
    expected,
    received: shown,
    ...details,
  });
}

/** A short, safe picture of any value: never calls user code, never grows with the value. */
function describe(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 80 ? `${value.slice(0, 77)}...` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'symbol') return 'a symbol';
  if (typeof value === 'function') return 'a function';
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    const short = value.length <= 16 && value.every((item) => typeof item === 'number' || typeof item === 'string');
    return short ? JSON.stringify(value) : `an array of ${value.length}`;
  }
  if (ArrayBuffer.isView(value)) {
    return `a ${Object.prototype.toString.call(value).slice(8, -1)} of ${(value as { length?: number }).length ?? value.byteLength}`;
  }
  return Object.prototype.toString.call(value).slice(1, -1).replace('object ', 'an object of class ');
}

/**
 * Gives an error from a native thread the stack of the `await` that it surfaces at. To be called in the async
 * function that the caller awaits.
 */
export function withCallerStack(error: unknown): unknown {
  if (error instanceof NodeTensorRTError) Error.captureStackTrace(error, withCallerStack);
  return error;
}
