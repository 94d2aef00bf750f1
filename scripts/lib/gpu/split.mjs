import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, createWriteStream, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { finished, pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGzip } from 'node:zlib';
import { SetupError } from '../errors.mjs';

/** Parts are under 56 MiB, so that a machine that takes 64 MiB at a time takes one with room for something beside it. */
export const PART_BYTES = 55 << 20;

/** @typedef {{ name: string, bytes: number, sha256: string }} Part */

/**
 * Packs what is in a folder, links followed, into numbered parts in another folder, with SHA256SUMS and join.sh beside them.
 * The same content gives the same parts.
 * @param {string} from
 * @param {string} out emptied first
 * @param {{ partBytes?: number }} [options]
 * @returns {Promise<Part[]>}
 */
export async function packParts(from, out, { partBytes = PART_BYTES } = {}) {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const fixed = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner', '--format=gnu'];
  const tar = spawn('tar', ['--create', '--dereference', ...fixed, '-C', from, '.'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const end = new Promise((resolve, reject) => {
    tar.on('error', (error) => reject(new SetupError(`Cannot run tar: ${error.message}`)));
    tar.on('close', resolve);
  });
  /** @type {Part[]} */
  const parts = [];
  const [code] = await Promise.all([
    end,
    pipeline(tar.stdout, createGzip(), (bytes) => writeParts(bytes, out, partBytes, parts)),
  ]);
  if (code !== 0) throw new SetupError(`tar failed (exit code ${code})`);
  writeFileSync(path.join(out, 'SHA256SUMS'), parts.map(({ name, sha256 }) => `${sha256}  ${name}\n`).join(''));
  copyFileSync(fileURLToPath(new URL('./join.sh', import.meta.url)), path.join(out, 'join.sh'));
  return parts;
}

/**
 * @param {AsyncIterable<Buffer>} bytes @param {string} out @param {number} partBytes
 * @param {Part[]} parts gets each part as it is finished
 */
async function writeParts(bytes, out, partBytes, parts) {
  /** @type {{ name: string, bytes: number, hash: import('node:crypto').Hash, file: import('node:fs').WriteStream } | null} */
  let part = null;
  const close = async () => {
    if (part === null) return;
    part.file.end();
    await finished(part.file);
    parts.push({ name: part.name, bytes: part.bytes, sha256: part.hash.digest('hex') });
    part = null;
  };
  for await (let chunk of bytes) {
    while (chunk.length > 0) {
      if (part === null) {
        const name = `part-${String(parts.length + 1).padStart(3, '0')}`;
        part = { name, bytes: 0, hash: createHash('sha256'), file: createWriteStream(path.join(out, name)) };
      }
      const taken = chunk.subarray(0, partBytes - part.bytes);
      chunk = chunk.subarray(taken.length);
      part.bytes += taken.length;
      part.hash.update(taken);
      if (!part.file.write(taken)) await new Promise((resolve) => part?.file.once('drain', resolve));
      if (part.bytes === partBytes) await close();
    }
  }
  await close();
}
