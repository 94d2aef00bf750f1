import { type Place, sampleError } from './failure.js';
import type { NpyHeader } from './npy-header.js';
import { inTurns } from './turns.js';

/**
 * Most that the strings of one array may take, as counted by `textBytes`. They lie in the heap of JavaScript, and a
 * process whose heap is full ends; so there is no option for it.
 */
const MAX_TEXT_BYTES = 2 ** 28;
/** Longest string, in bytes of the file: one string is read in one go. */
const MAX_STRING_BYTES = 2 ** 22;
/** What a string takes beside its characters. */
const STRING_BYTES = 32;

/** What an array of strings takes, or OUT_OF_RANGE. */
export function textBytes(place: Place, { count, itemBytes }: Pick<NpyHeader, 'count' | 'itemBytes'>): number {
  if (itemBytes > MAX_STRING_BYTES) {
    const text = `expected strings of at most ${MAX_STRING_BYTES} bytes each, received ${itemBytes}; save them in parts`;
    throw sampleError(place, 'too-large', text, { expected: MAX_STRING_BYTES, received: itemBytes });
  }
  const bytes = count * (STRING_BYTES + itemBytes);
  if (bytes <= MAX_TEXT_BYTES) return bytes;
  throw sampleError(
    place,
    'too-large',
    `expected strings of at most ${MAX_TEXT_BYTES} bytes in one array, received ${bytes}; save fewer or shorter ones`,
    { expected: MAX_TEXT_BYTES, received: bytes },
  );
}

/** Strings of fixed length, without the zeros that fill them up. */
export async function decodeText(place: Place, header: NpyHeader, bytes: Buffer): Promise<string[]> {
  const { count, itemBytes, text, isBigEndian } = header;
  const strings: string[] = [];
  const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const decode = (item: Buffer): string => {
    if (text === 'utf-8') return utf8.decode(item.subarray(0, usedBytes(item)));
    return decodeUtf32(item, isBigEndian);
  };
  await inPieces(count, itemBytes, (i) => {
    try {
      strings.push(decode(bytes.subarray(i * itemBytes, (i + 1) * itemBytes)));
    } catch (error) {
      const expected = text === 'utf-8' ? 'UTF-8' : 'Unicode characters';
      throw sampleError(
        place,
        'text',
        `element ${i}: expected ${expected}; save it as str, or its bytes as uint8`,
        {},
        error,
      );
    }
  });
  return strings;
}

/** Takes turns by characters, not by strings; making a string costs as much as a few of them. */
function inPieces(count: number, itemBytes: number, each: (i: number) => void): Promise<void> {
  const cost = Math.max(4, Math.ceil(itemBytes / 4));
  return inTurns(count * cost, (from, to) => {
    for (let i = Math.ceil(from / cost); i < Math.ceil(to / cost); i++) each(i);
  });
}

function usedBytes(item: Buffer): number {
  let end = item.length;
  while (end > 0 && item[end - 1] === 0) end--;
  return end;
}

function decodeUtf32(item: Buffer, isBigEndian: boolean): string {
  let end = item.length / 4;
  while (end > 0 && item.readUInt32LE((end - 1) * 4) === 0) end--;
  const points: string[] = [];
  for (let i = 0; i < end; i++) {
    points.push(String.fromCodePoint(isBigEndian ? item.readUInt32BE(i * 4) : item.readUInt32LE(i * 4)));
  }
  return points.join('');
}

/** How many characters NumPy counts in the longest string; at least 1. */
export async function longestText(place: Place, strings: readonly string[]): Promise<number> {
  let longest = 1;
  await inTurns(strings.length, (from, to) => {
    for (let i = from; i < to; i++) {
      const string = strings[i] as string;
      if (string.endsWith('\0')) {
        const text = `element ${i} ends with a zero character, which NumPy takes for filling; cut it off`;
        throw sampleError(place, 'text', text);
      }
      // Not more characters than code units: only what may be longer is counted.
      if (string.length > longest) longest = Math.max(longest, countCodePoints(string));
    }
  });
  textBytes(place, { count: strings.length, itemBytes: longest * 4 });
  return longest;
}

function countCodePoints(string: string): number {
  let count = 0;
  for (const _ of string) count++;
  return count;
}

/** Writes strings `from` to `to` as UTF-32 of `characters` each. */
export function encodeText(strings: readonly string[], from: number, to: number, characters: number): Buffer {
  const bytes = Buffer.alloc((to - from) * characters * 4);
  for (let i = from; i < to; i++) {
    let at = (i - from) * characters * 4;
    for (const character of strings[i] as string) at = bytes.writeUInt32LE(character.codePointAt(0) as number, at);
  }
  return bytes;
}
