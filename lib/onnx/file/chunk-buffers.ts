import { CHUNK_BYTES } from '../graph/payload.js';

/**
 * Buffers for pieces of payloads that nobody uses now. A new one for every tensor would make the garbage collector stop
 * everything for milliseconds, again and again; a second after the last use they go.
 */
const spare: Uint8Array[] = [];
const MAX_SPARE = 4;
const KEPT_MS = 1000;
let timer: NodeJS.Timeout | undefined;

/** A buffer of at least this many bytes, up to `CHUNK_BYTES`: exactly that many of a small one. Its content is left over. */
export function takeBuffer(bytes: number): Uint8Array {
  if (bytes <= CHUNK_BYTES / 4) return new Uint8Array(bytes);
  return spare.pop() ?? new Uint8Array(CHUNK_BYTES);
}

/** Hands one back, which the caller must not touch any more. */
export function giveBuffer(buffer: Uint8Array): void {
  if (buffer.byteLength !== CHUNK_BYTES || spare.length >= MAX_SPARE) return;
  spare.push(buffer);
  clearTimeout(timer);
  timer = setTimeout(() => {
    spare.length = 0;
  }, KEPT_MS).unref();
}
