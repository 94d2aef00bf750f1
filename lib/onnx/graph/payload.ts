/**
 * Where the elements of a tensor are. Raw: little-endian and row-major, as `TensorProto.raw_data`. Never changed;
 * tensors of several models may share one.
 */
export interface Payload {
  /** Of the raw form. */
  readonly byteLength: number;
  /** The raw bytes, where they are in memory. Not to be written to. */
  readonly bytes: Uint8Array | undefined;
  /** How a file keeps it, where that is not raw: see `StoredForm`. */
  readonly stored?: StoredForm | undefined;
  /** Of what was computed of a payload that lay in a file beside the model: it goes to one again. */
  readonly isFromOutside?: boolean | undefined;
  /** The raw bytes from `start` to `end`; default: all. The result is the caller's unless it is `bytes`. */
  read(start?: number, end?: number): Promise<Uint8Array>;
  /**
   * The raw bytes in pieces of at most `CHUNK_BYTES`. Each is valid until the next is asked for. Yields to the event
   * loop in between.
   */
  chunks(): AsyncIterable<Uint8Array>;
}

/** How a file that is written again as it was keeps a tensor. */
export type StoredForm =
  /** In one of the typed fields, as its bytes in the file: packed numbers. */
  | { readonly kind: 'typed'; readonly field: number; readonly packed: Payload }
  /** In a file beside the model. */
  | { readonly kind: 'external'; readonly entries: readonly { readonly key: string; readonly value: string }[] };

/** Whether a payload lay in a file beside the model, or was made of one that did. */
export function isExternal({ stored, isFromOutside }: Payload): boolean {
  return stored?.kind === 'external' || isFromOutside === true;
}

/** Pieces in which large payloads are read, converted and written. A multiple of every element's size. */
export const CHUNK_BYTES = 1 << 20;

/** Raw bytes in memory. */
export class MemoryPayload implements Payload {
  constructor(
    readonly bytes: Uint8Array,
    readonly stored?: StoredForm,
  ) {}

  get byteLength(): number {
    return this.bytes.byteLength;
  }

  async read(start = 0, end = this.byteLength): Promise<Uint8Array> {
    return this.bytes.subarray(start, end);
  }

  async *chunks(): AsyncIterable<Uint8Array> {
    for (let at = 0; at < this.byteLength; at += CHUNK_BYTES) yield this.bytes.subarray(at, at + CHUNK_BYTES);
  }
}
