import { NodeTensorRTError } from '../errors.js';
import { wrongField } from './check-header.js';
import { encodeFront, fits, payloadOffset } from './format.js';
import { PLAN_FORMAT, type PlanDraft, type PlanHeader } from './header.js';
import { openRegular } from './open-plan.js';
import { placeOf, type Signer, type SigningKeys, signatureOf, signersOf } from './signatures.js';
import { writeFully } from './slices.js';
import { copyHashed, encode, writeWhole } from './write-whole.js';

const MAX_MESSAGES = 200;

/** A plan file that is going to be written. */
export interface PlanOutput {
  /** Path of the plan file; one that is there is replaced when the new one is complete. */
  output: string;
  /** Path of the plan of TensorRT, as the builder wrote it. */
  payload: string;
  header: PlanDraft;
  /** @default the key of this user */
  keys?: SigningKeys;
}

/**
 * Writes a plan file: whole, on disk, and signed, or not at all. The payload is streamed.
 * @returns the header in it
 * @throws NodeTensorRTError INVALID_ARGUMENT, with `details.reason` 'unwritable' where the file system refuses (a full disk,
 *   too) and 'key-file' for an unsafe file of this user's key; `signal.reason`
 */
export async function writePlan(
  { output, payload, header, keys }: PlanOutput,
  signal?: AbortSignal,
): Promise<PlanHeader> {
  signal?.throwIfAborted();
  const signers = await signersOf(keys);
  const source = await openRegular(payload);
  try {
    const { size } = await source.stat();
    const draft = placed(header, size, encode(signers.map(placeOf)).byteLength);
    let written = draft;
    await writeWhole(output, async (file) => {
      const { offset } = draft.payload;
      const sha256 = await copyHashed({ file: source, path: payload, at: 0 }, { file, at: offset }, size, signal);
      written = { ...draft, payload: { ...draft.payload, sha256 } };
      const bytes = encode(written);
      const signatures = encode(await Promise.all(signers.map((signer: Signer) => signatureOf(signer, bytes))));
      await writeFully(file, await encodeFront(bytes, signatures, written.payload), 0);
      signal?.throwIfAborted();
    });
    return written;
  } finally {
    await source.close();
  }
}

/** The header with the place of the payload, which depends on the header's length, and a hash to be filled in. */
function placed(draft: PlanDraft, bytes: number, signaturesBytes: number): PlanHeader {
  const messages = draft.messages.slice(0, MAX_MESSAGES);
  const payload = { offset: 0, bytes, sha256: '0'.repeat(64) };
  const header: PlanHeader = { ...draft, formatVersion: PLAN_FORMAT, messages, payload };
  const wrong = wrongField(header);
  if (wrong !== undefined) throw refusal(`header.${wrong} is not what it must be`);
  for (;;) {
    const headerBytes = encode(header).byteLength;
    const offset = payloadOffset(headerBytes, signaturesBytes);
    if (!fits({ headerBytes, signaturesBytes, payloadOffset: offset, payloadBytes: bytes })) {
      throw refusal(`header: its ${headerBytes} bytes are more than a plan file can have`);
    }
    if (offset === header.payload.offset) return header;
    payload.offset = offset;
  }
}

function refusal(text: string): NodeTensorRTError {
  return new NodeTensorRTError('INVALID_ARGUMENT', text, { option: 'header' });
}
