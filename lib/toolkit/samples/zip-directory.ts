import { type Place, sampleError } from './failure.js';
import type { RandomBytes } from './random-bytes.js';
import * as zip from './zip-fields.js';

/** One file of an archive, as its directory says. */
export interface ZipEntry {
  readonly name: string;
  readonly rawName: Buffer;
  readonly method: number;
  readonly crc: number;
  readonly compressedBytes: number;
  readonly bytes: number;
  /** Where its header is. */
  readonly offset: number;
  /** Where the next entry begins, or the directory: its data ends there at the latest. */
  readonly limit: number;
}

/** Most entries of one archive: it holds the inputs of a model. */
const MAX_ENTRIES = 10_000;
const MAX_DIRECTORY_BYTES = 2 ** 24;
/** What deflate can make of one byte, and a little for very short data. */
const MAX_RATIO = 1032;

/** Where the directory lies, and how many entries it has. */
interface Directory {
  entries: number;
  bytes: number;
  offset: number;
}

/** Reads what is in an archive, and checks all that can be known without unpacking. */
export async function readDirectory(archive: RandomBytes): Promise<ZipEntry[]> {
  const place = await findDirectory(archive);
  if (place.entries > MAX_ENTRIES || place.bytes > MAX_DIRECTORY_BYTES) {
    const text = `expected at most ${MAX_ENTRIES} arrays in one archive, received ${place.entries} in a directory of ${place.bytes} bytes`;
    throw sampleError(archive.file, 'too-large', text);
  }
  const directory = Buffer.alloc(place.bytes);
  await archive.read(directory, place.offset);
  const entries: Omit<ZipEntry, 'limit'>[] = [];
  let at = 0;
  for (let i = 0; i < place.entries; i++) {
    const { entry, next } = readEntry(archive.file, directory, at);
    entries.push(entry);
    at = next;
  }
  if (at !== directory.length) throw malformed(archive.file, 'its directory is longer than its entries');
  return withLimits(archive.file, entries, place.offset);
}

async function findDirectory(archive: RandomBytes): Promise<Directory> {
  const { file, size } = archive;
  if (size < zip.END_BYTES) throw malformed(file, `it has ${size} bytes, which is too short for an archive`);
  const tail = Buffer.alloc(Math.min(size, zip.END_BYTES + zip.MAX_16));
  await archive.read(tail, size - tail.length);
  let at = tail.length - zip.END_BYTES;
  // A comment may follow, whose length must be what is left.
  while (
    at >= 0 &&
    !(tail.readUInt32LE(at) === zip.END && at + zip.END_BYTES + tail.readUInt16LE(at + 20) === tail.length)
  ) {
    at--;
  }
  if (at < 0) throw malformed(file, 'it has no directory at its end; it is cut short or another kind of file');
  const place: Directory = {
    entries: tail.readUInt16LE(at + 10),
    bytes: tail.readUInt32LE(at + 12),
    offset: tail.readUInt32LE(at + 16),
  };
  let end = size - tail.length + at;
  const isLarge = await has64(archive, end);
  if (isLarge) end = await read64(archive, end, place);
  else if (tail.readUInt16LE(at + 4) !== 0 || tail.readUInt16LE(at + 8) !== place.entries) {
    throw malformed(file, 'it is one part of a divided archive; put the parts together');
  }
  if (place.offset + place.bytes !== end) throw malformed(file, 'its directory is not where its end says');
  return place;
}

async function has64(archive: RandomBytes, end: number): Promise<boolean> {
  if (end < zip.END_64_LOCATOR_BYTES + zip.END_64_BYTES) return false;
  const signature = Buffer.alloc(4);
  await archive.read(signature, end - zip.END_64_LOCATOR_BYTES);
  return signature.readUInt32LE() === zip.END_64_LOCATOR;
}

/** Reads the large form of the end into `place`; returns where that begins. */
async function read64(archive: RandomBytes, end: number, place: Directory): Promise<number> {
  const { file } = archive;
  const locator = Buffer.alloc(zip.END_64_LOCATOR_BYTES);
  await archive.read(locator, end - locator.length);
  const offset = number64(file, locator, 8);
  const record = Buffer.alloc(zip.END_64_BYTES);
  if (offset + record.length + locator.length !== end) throw malformed(file, 'its zip64 end is not where it says');
  await archive.read(record, offset);
  if (record.readUInt32LE() !== zip.END_64 || locator.readUInt32LE(16) > 1)
    throw malformed(file, 'its zip64 end is damaged');
  place.entries = number64(file, record, 32);
  place.bytes = number64(file, record, 40);
  place.offset = number64(file, record, 48);
  return offset;
}

function readEntry(file: string, directory: Buffer, at: number): { entry: Omit<ZipEntry, 'limit'>; next: number } {
  const end = at + zip.CENTRAL_HEADER_BYTES;
  if (end > directory.length || directory.readUInt32LE(at) !== zip.CENTRAL_HEADER) {
    throw malformed(file, 'its directory is damaged');
  }
  const [nameBytes, extraBytes, commentBytes] = [28, 30, 32].map((field) => directory.readUInt16LE(at + field)) as [
    number,
    number,
    number,
  ];
  const next = end + nameBytes + extraBytes + commentBytes;
  if (next > directory.length) throw malformed(file, 'its directory is damaged');
  const rawName = directory.subarray(end, end + nameBytes);
  const extra = directory.subarray(end + nameBytes, end + nameBytes + extraBytes);
  const flags = directory.readUInt16LE(at + 8);
  const sizes = { bytes: directory.readUInt32LE(at + 24), compressedBytes: directory.readUInt32LE(at + 20) };
  const large = readExtra64(file, extra, [sizes.bytes, sizes.compressedBytes, directory.readUInt32LE(at + 42)]);
  const entry = {
    name: decodeName(file, rawName, flags),
    rawName,
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    bytes: large[0] as number,
    compressedBytes: large[1] as number,
    offset: large[2] as number,
  };
  checkEntry({ file, array: entry.name }, entry, flags);
  return { entry, next };
}

/** Numbers of 32 bits, with those that are full taken from the zip64 field, in this order. */
function readExtra64(file: string, extra: Buffer, numbers: number[]): number[] {
  if (!numbers.includes(zip.MAX_32)) return numbers;
  for (let at = 0; at + 4 <= extra.length; ) {
    const length = extra.readUInt16LE(at + 2);
    const field = extra.subarray(at + 4, at + 4 + length);
    if (field.length < length) break;
    if (extra.readUInt16LE(at) !== zip.ZIP64_EXTRA) {
      at += 4 + length;
      continue;
    }
    let next = 0;
    return numbers.map((number) => {
      if (number !== zip.MAX_32) return number;
      if (next + 8 > field.length) throw malformed(file, 'a zip64 field is too short');
      next += 8;
      return number64(file, field, next - 8);
    });
  }
  throw malformed(file, 'a zip64 field is missing');
}

function checkEntry(place: Place, entry: Omit<ZipEntry, 'limit'>, flags: number): void {
  if ((flags & zip.ENCRYPTED_FLAGS) !== 0) {
    throw sampleError(place, 'encrypted', 'it is encrypted; save it without a password');
  }
  if (entry.method !== zip.STORED && entry.method !== zip.DEFLATED) {
    const text = `expected stored or deflated data, received zip method ${entry.method}; save it by numpy.savez or savez_compressed`;
    throw sampleError(place, 'compression', text, { received: entry.method });
  }
  const most = entry.method === zip.STORED ? entry.compressedBytes : (entry.compressedBytes + 1) * MAX_RATIO;
  if (entry.bytes > most || (entry.method === zip.STORED && entry.bytes < most)) {
    throw malformed(
      place,
      `${entry.compressedBytes} bytes of data cannot become the ${entry.bytes} bytes that it declares`,
    );
  }
}

function decodeName(file: string, rawName: Buffer, flags: number): string {
  const isAscii = rawName.every((byte) => byte < 0x80);
  if (!isAscii && (flags & zip.UTF8_FLAG) === 0) {
    throw sampleError(file, 'name', 'the name of an array is not ASCII and not marked as UTF-8; save it by NumPy');
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(rawName);
  } catch (error) {
    throw sampleError(file, 'name', 'the name of an array is marked as UTF-8 and is not', {}, error);
  }
}

/** Says where each entry must have ended: data that two of them share would unpack to more than there is. */
function withLimits(file: string, entries: readonly Omit<ZipEntry, 'limit'>[], directory: number): ZipEntry[] {
  const offsets = entries.map((entry) => entry.offset).sort((a, b) => a - b);
  offsets.push(directory);
  const limits = new Map<number, number>();
  for (let i = 0; i + 1 < offsets.length; i++) {
    const [offset, limit] = [offsets[i] as number, offsets[i + 1] as number];
    if (limit < offset + zip.LOCAL_HEADER_BYTES) throw malformed(file, 'two arrays lie in the same place');
    limits.set(offset, limit);
  }
  return entries.map((entry) => ({ ...entry, limit: limits.get(entry.offset) as number }));
}

function number64(file: string, bytes: Buffer, at: number): number {
  const number = Number(bytes.readBigUInt64LE(at));
  if (!Number.isSafeInteger(number)) throw malformed(file, 'a zip64 number is beyond any file');
  return number;
}

export function malformed(place: Place, text: string): Error {
  return sampleError(place, 'malformed', `not a .npz archive: ${text}`);
}
