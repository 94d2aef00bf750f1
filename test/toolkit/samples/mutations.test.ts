import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { NodeTensorRTError } from '../../../dist/esm/errors.js';
import { readNpy, readNpz, writeNpy, writeNpz } from '../../../dist/esm/toolkit/samples/index.js';
import { writeNewFile } from '../../../dist/esm/toolkit/samples/new-file.js';
import { ZipWriter } from '../../../dist/esm/toolkit/samples/zip-writer.js';
import { type TensorLike, tensorTypes } from '../../../lib/tensor/types.js';
import { randomNumbers } from '../../support/random.js';
import { tempFolder } from '../../support/temp-folder.js';
import { npyFile, randomTensor } from './support.js';

const RUNS = 4000;

type Random = ReturnType<typeof randomNumbers>;

/** One to four changes: bits, bytes, numbers at the ends of their range, parts cut out, doubled or taken from elsewhere. */
function mutated(random: Random, original: Buffer): Buffer {
  let bytes = original;
  for (let n = random(4); n >= 0 && bytes.length > 0; n--) {
    const at = random(bytes.length);
    const end = at + 1 + random(Math.min(16, bytes.length - at));
    const [before, part, behind] = [bytes.subarray(0, at), Buffer.from(bytes.subarray(at, end)), bytes.subarray(end)];
    const changes = [
      () => [before, part.fill((part[0] as number) ^ (1 << random(8)), 0, 1), behind],
      () => [before, part.fill(random(256), 0, 1), behind],
      () => [before, part.fill([0, 0xff, 0x7f, 0x80][random(4)] as number), behind],
      () => [before],
      () => [before, behind],
      () => [before, part, part, behind],
      () => [before, bytes.subarray(random(bytes.length)).subarray(0, part.length), behind],
      // Digits of a header become others.
      () => [Buffer.from(bytes.toString('latin1').replace(/\d(?=[,)])/, String(random(1e9))), 'latin1')],
    ];
    bytes = Buffer.concat((changes[random(changes.length)] as () => Buffer[])());
  }
  return bytes;
}

/** Reads changed files, and says how many of them were refused. Every refusal is one of this library's, and none is a bug. */
async function refusals(seed: number, originals: Buffer[], read: (bytes: Buffer) => Promise<unknown>): Promise<number> {
  const random = randomNumbers(seed);
  let refused = 0;
  for (let i = 0; i < RUNS; i++) {
    const bytes = mutated(random, originals[i % originals.length] as Buffer);
    try {
      await read(bytes);
    } catch (error) {
      refused++;
      const isOurs =
        error instanceof NodeTensorRTError && error.code !== 'INTERNAL' && error.details['reason'] !== undefined;
      if (!isOurs) throw new Error(`run ${i}, ${bytes.toString('base64')}`, { cause: error });
    }
  }
  return refused;
}

async function examples(): Promise<{ npy: Buffer[]; npz: Buffer[] }> {
  const folder = tempFolder();
  const random = randomNumbers(5);
  const tensors: Record<string, TensorLike> = {};
  const npy: Buffer[] = [];
  for (const type of tensorTypes) {
    const tensor = randomTensor(random, type);
    tensors[type] = tensor;
    await writeNpy(join(folder, 'x'), tensor);
    npy.push(readFileSync(join(folder, 'x')));
  }
  npy.push(npyFile("{'descr': '>f8', 'fortran_order': True, 'shape': (2, 3)}", Buffer.alloc(48), 2));
  npy.push(npyFile("{'descr': '|S4', 'fortran_order': True, 'shape': (2, 3)}", Buffer.alloc(24, 'a'), 3));
  const npz: Buffer[] = [];
  for (const compress of [false, true]) {
    await writeNpz(join(folder, 'x'), { ...tensors, '/ü': tensors['int8'] as TensorLike }, { compress });
    npz.push(readFileSync(join(folder, 'x')));
    await writeNpz(join(folder, 'x'), { a: tensors['float32'] as TensorLike }, { compress });
    npz.push(readFileSync(join(folder, 'x')));
  }
  await writeNewFile(join(folder, 'x'), async (target) => {
    const writer = new ZipWriter(target, true, { field: 1, entries: 1 });
    for (const [i, bytes] of npy.entries()) await writer.add(`${i}.npy`, [bytes]);
    await writer.finish();
  });
  npz.push(readFileSync(join(folder, 'x')));
  return { npy, npz };
}

describe('changed files', () => {
  test('readNpy reads them or refuses them with a reason', async () => {
    const refused = await refusals(11, (await examples()).npy, (bytes) => readNpy(bytes, { maxBytes: 2 ** 24 }));
    expect(refused).toBeGreaterThan(RUNS / 4);
    expect(refused).toBeLessThan(RUNS);
  });

  test('readNpz reads them or refuses them with a reason', async () => {
    const refused = await refusals(12, (await examples()).npz, (bytes) => readNpz(bytes, { maxBytes: 2 ** 24 }));
    expect(refused).toBeGreaterThan(RUNS / 2);
    expect(refused).toBeLessThan(RUNS);
  }, 120_000);

  test('every file that is cut short is refused', async () => {
    const { npy, npz } = await examples();
    for (const bytes of npy) {
      for (let end = 0; end < bytes.length; end++)
        await expect(readNpy(bytes.subarray(0, end))).rejects.toThrow(NodeTensorRTError);
    }
    for (const bytes of npz.slice(1)) {
      for (let end = 0; end < bytes.length; end += 3)
        await expect(readNpz(bytes.subarray(0, end))).rejects.toThrow(NodeTensorRTError);
    }
  });

  test('a reader that throws something else is found', async () => {
    const careless = async (bytes: Buffer) => bytes.readUInt8(bytes.length);
    await expect(refusals(13, [Buffer.from('a')], careless)).rejects.toThrow('run 0');
  });
});
