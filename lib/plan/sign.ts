import { NodeTensorRTError } from '../errors.js';
import { pathOption } from '../options.js';
import { damaged, encodeFront, fits } from './format.js';
import { type KeyLike, privateKeyOption } from './keys.js';
import { openRegular } from './open-plan.js';
import { readFront } from './read.js';
import { keySigner, signatureOf } from './signatures.js';
import { writeFully } from './slices.js';
import { copyHashed, encode, writeWhole } from './write-whole.js';

/**
 * Adds a signature to a plan file, so that other machines load it: those that have the public key in `trust.keys`. Who
 * signs a plan vouches for it: check one from elsewhere with `verifyPlan` first. A signature of the same key is replaced, the
 * others stay.
 * @param path of the plan file, which is replaced as a whole
 * @param privateKey of ed25519
 * @throws NodeTensorRTError as `readPlanHeader`; INVALID_ARGUMENT for another key, and where the file cannot be written;
 *   OUT_OF_RANGE where it has no room for more signatures (there is room for more than twenty)
 */
export async function signPlan(path: string | URL, privateKey: KeyLike): Promise<void> {
  const plan = pathOption('path', path);
  const signer = keySigner(privateKeyOption('privateKey', privateKey));
  const source = await openRegular(plan);
  try {
    const { header, signatures, headerBytes, payload } = await readFront(source, plan);
    const others = signatures.filter(({ keyId }) => keyId !== signer.keyId);
    const all = encode([...others, await signatureOf(signer, headerBytes)]);
    const sizes = { headerBytes: headerBytes.byteLength, signaturesBytes: all.byteLength };
    if (!fits({ ...sizes, payloadOffset: payload.offset, payloadBytes: payload.bytes })) {
      const text = `${plan} has ${signatures.length} signatures, and no room for another. Build it again.`;
      throw new NodeTensorRTError('OUT_OF_RANGE', text, { path: plan });
    }
    await writeWhole(plan, async (file) => {
      const { offset, bytes } = payload;
      const sha256 = await copyHashed({ file: source, path: plan, at: offset }, { file, at: offset }, bytes);
      if (sha256 !== header.payload.sha256) throw damaged(plan, 'its payload is not the one that was written');
      await writeFully(file, await encodeFront(headerBytes, all, payload), 0);
    });
  } finally {
    await source.close();
  }
}
