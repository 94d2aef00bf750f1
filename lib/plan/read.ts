import type { FileHandle } from 'node:fs/promises';
import { areSignatures, wrongField } from './check-header.js';
import { checkFront, damaged, hasMagic, type Parts, PREFIX_BYTES, parsePrefix } from './format.js';
import type { PlanFile, PlanHeader, PlanSignature } from './header.js';
import { openRegular, type PlanSource, withPlan } from './open-plan.js';
import { readFully } from './slices.js';

/** Enough for prefix and header of most plans. */
const FIRST_READ_BYTES = 2 ** 16;

/** A plan file up to its payload. */
export interface PlanFront extends PlanFile {
  /** The bytes that are signed. */
  headerBytes: Buffer;
}

/**
 * What a plan file says of itself, from one small read: what it was built from, for what and how, its inputs and outputs,
 * and its signatures. They are not checked and the payload is not read; `verifyPlan` does that.
 *
 * @throws NodeTensorRTError ENGINE_INCOMPATIBLE with `details.reason` 'not-a-plan', 'format-version', 'truncated' or
 *   'damaged'; MODEL_INVALID where there is no file; INVALID_ARGUMENT
 */
export async function readPlanHeader(plan: PlanSource): Promise<PlanFile> {
  const { header, signatures, payload } = await withPlan(plan, readFront);
  return { header, signatures, payload };
}

/** Whether a file begins as plans of this library do. Throws as `readPlanHeader` where there is none. */
export async function isPlanFile(path: string): Promise<boolean> {
  const file = await openRegular(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(PREFIX_BYTES), 0, PREFIX_BYTES, 0);
    return hasMagic(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

/** Reads and checks everything before the payload, but no signature. */
export async function readFront(file: FileHandle, path: string): Promise<PlanFront> {
  const { size } = await file.stat();
  const first = Buffer.alloc(Math.min(size, FIRST_READ_BYTES));
  await readFully(file, path, first, 0);
  const parts = parsePrefix(first.subarray(0, PREFIX_BYTES), size, path);
  const front = await rest(file, path, first, parts.payloadOffset);
  await checkFront(front, parts, path);
  const end = PREFIX_BYTES + parts.headerBytes;
  const headerBytes = front.subarray(PREFIX_BYTES, end);
  const header = parseHeader(headerBytes, parts, path);
  const signatures = parseSignatures(front.subarray(end, end + parts.signaturesBytes), path);
  const { offset, bytes } = header.payload;
  return { header, signatures, payload: { offset, bytes }, headerBytes };
}

async function rest(file: FileHandle, path: string, first: Buffer, bytes: number): Promise<Buffer> {
  if (first.byteLength >= bytes) return first.subarray(0, bytes);
  const front = Buffer.alloc(bytes);
  front.set(first);
  await readFully(file, path, front.subarray(first.byteLength), first.byteLength);
  return front;
}

function parseHeader(bytes: Buffer, parts: Parts, path: string): PlanHeader {
  const value = parseJson(bytes);
  const wrong = wrongField(value);
  if (wrong !== undefined) throw damaged(path, `'${wrong}' of its header is not what it must be`);
  const header = value as PlanHeader;
  if (header.payload.offset !== parts.payloadOffset || header.payload.bytes !== parts.payloadBytes) {
    throw damaged(path, 'its header says something else of the payload than its first bytes');
  }
  return header;
}

function parseSignatures(bytes: Buffer, path: string): PlanSignature[] {
  const value = parseJson(bytes);
  if (!areSignatures(value)) throw damaged(path, 'its signatures cannot be read');
  return value;
}

function parseJson(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
