import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { TensorLike, TensorMap } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { decodeCtc } from '../../examples/ocr/ctc.mjs';
import { packagedModels, readDictionary } from '../../examples/ocr/models.mjs';
import { useOnnxReference } from './onnx-reference.js';
import { realModelNames, useRealModels } from './real-models.js';

const models = useRealModels();
const reference = useOnnxReference();

const output = (outputs: TensorMap, name?: string) => {
  const tensor = name === undefined ? Object.values(outputs)[0] : outputs[name];
  if (tensor?.type !== 'float32') throw new Error(`there is no float32 output ${name ?? ''}`);
  return tensor as TensorLike<'float32'>;
};

/** The index of the largest number of every row. */
function classesOf({ data, dims }: TensorLike<'float32'>): number[] {
  const width = dims.at(-1) ?? 1;
  return Array.from({ length: data.length / width }, (_, row) => {
    const values = data.subarray(row * width, (row + 1) * width);
    return values.indexOf(Math.max(...values));
  });
}

describe.each(realModelNames)('%s', (name) => {
  test('is a good model, for onnx and for ONNX Runtime', async () => {
    expect(await reference.check(models.path(name))).toBeNull();
    const [sample] = await models.samples(name);
    const outputs = Object.values(await reference.run(models.path(name), sample?.inputs ?? {}));
    expect(outputs.length).toBeGreaterThan(0);
    for (const { data } of outputs) expect((data as Float32Array).every(Number.isFinite)).toBe(true);
  });

  test('has samples that differ and are the same every time', async () => {
    const hashes = async () => (await models.samples(name)).map(({ inputs }) => hashOf(inputs));
    const once = await hashes();
    expect(await hashes()).toEqual(once);
    expect(new Set(once).size).toBe(once.length);
    expect(once.length).toBeGreaterThanOrEqual(3);
  });
});

function hashOf(inputs: TensorMap): string {
  const hash = createHash('sha256');
  for (const [name, { type, dims, data }] of Object.entries(inputs)) {
    hash.update(JSON.stringify([name, type, dims])).update(data as Uint8Array);
  }
  return hash.digest('hex');
}

test('the recogniser reads what the samples say', async () => {
  const dictionary = await readDictionary(packagedModels().dictionary);
  for (const { inputs, text } of await models.samples('pp-ocr-rec')) {
    const { data, dims } = output(await reference.run(models.path('pp-ocr-rec'), inputs));
    const [, steps = 0, classes = 0] = dims;
    expect(decodeCtc(data, { steps, classes, dictionary }).text).toBe(text);
  }
});

test.each(['pp-ocr-cls', 'open-nsfw', 'magika'] as const)('%s finds the classes that the samples say', async (name) => {
  for (const { inputs, classes } of await models.samples(name)) {
    expect(classesOf(output(await reference.run(models.path(name), inputs)))).toEqual(classes);
  }
});

test('the detector finds text on the page, and hardly any in a photograph', async () => {
  const shares = [];
  for (const { inputs } of await models.samples('pp-ocr-det')) {
    const { data } = output(await reference.run(models.path('pp-ocr-det'), inputs));
    shares.push(data.filter((value) => value > 0.3).length / data.length);
  }
  expect(shares[0]).toBeGreaterThan(0.1);
  expect(shares[1]).toBeGreaterThan(0.1);
  expect(shares[2]).toBeLessThan(0.02);
});

describe('the transformer', () => {
  const { sentence_embedding: expected, ...ids } = JSON.parse(
    readFileSync(new URL('../fixtures/minilm/expected.json', import.meta.url), 'utf8'),
  ) as Record<string, number[][]>;
  const inputs = Object.fromEntries(
    Object.entries(ids).map(([name, rows]) => {
      const data = BigInt64Array.from(rows.flat(), BigInt);
      return [name, { type: 'int64' as const, dims: [rows.length, rows[0]?.length ?? 0], data }];
    }),
  );

  test.each(['minilm-opset14', 'minilm-opset20'] as const)('%s computes what PyTorch did', async (name) => {
    const { data } = output(await reference.run(models.path(name), inputs), 'sentence_embedding');
    const wanted = expected?.flat() ?? [];
    expect(data.length).toBe(wanted.length);
    expect(Math.max(...wanted.map((value, i) => Math.abs(value - (data[i] ?? Number.NaN))))).toBeLessThan(1e-5);
  });

  test('has LayerNormalization and Gelu in parts from one exporter, as one operator from the other', async () => {
    const count = async (name: 'minilm-opset14' | 'minilm-opset20', op: string) =>
      (await reference.describe(models.path(name))).nodes.filter(({ opType }) => opType === op).length;
    expect(await count('minilm-opset14', 'Erf')).toBe(6);
    expect(await count('minilm-opset14', 'LayerNormalization')).toBe(0);
    expect(await count('minilm-opset20', 'Gelu')).toBe(6);
    expect(await count('minilm-opset20', 'LayerNormalization')).toBe(13);
  });
});
