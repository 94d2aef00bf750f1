import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { hashOfModel } from '../../dist/esm/cache/model-hash.js';
import { describeModel } from '../../dist/esm/onnx/describe-model.js';
import { readModel } from '../../dist/esm/onnx/file/read-model.js';
import { ANY_MODEL, GivenModel } from '../../dist/esm/onnx/given-model.js';
import { ensureOnnxCases, onnxCasesDir } from '../../scripts/lib/onnx-cases.mjs';
import { listFiles } from '../../scripts/lib/stamp.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';
import { externalAdd, identity, mlp, withExternalData } from '../fixtures/models.js';
import { onnxModel } from '../fixtures/onnx-writer.js';
import { failure, rejection } from '../support/failure.js';
import { useRealModels } from '../support/real-models.js';
import { tempFolder } from '../support/temp-folder.js';

const models = useRealModels();
beforeAll(async () => {
  await ensureOnnxCases((await findTools()).tools.python);
}, 300_000);

/** What the graph says, of what a description is made of without it. */
async function described(path: string) {
  const model = await readModel(path);
  const { inputs, outputs } = model.graph;
  const facts = ({ name, dims }: (typeof inputs)[number]) => ({ name, dims });
  const quantised = /^(QuantizeLinear|DequantizeLinear|QLinear\w+|DynamicQuantizeLinear|MatMulInteger|ConvInteger)$/;
  const types = new Set([...model.graphs()].flatMap(({ values }) => [...values].map(({ elementType }) => elementType)));
  const isQuantised = [...model.nodes()].some(({ opType }) => quantised.test(opType));
  const low = types.has('float16') ? 'fp16' : types.has('bfloat16') ? 'bf16' : 'fp32';
  return {
    inputs: inputs.filter(({ initializer }) => !initializer).map(facts),
    outputs: outputs.map(facts),
    precision: isQuantised ? 'int8' : low,
  };
}

describe('describeModel()', () => {
  test('says of every operator case of ONNX what the graph says', async () => {
    const files = listFiles(onnxCasesDir, (name) => name.endsWith('.onnx'));
    expect(files.length).toBeGreaterThan(1600);
    const found = { fp32: 0, fp16: 0, bf16: 0, int8: 0 };
    for (const file of files) {
      const path = join(onnxCasesDir, file);
      const description = await describeModel(path, ANY_MODEL);
      expect(description, file).toMatchObject(await described(path));
      found[description.precision] += 1;
    }
    for (const count of Object.values(found)) expect(count).toBeGreaterThan(5);
  }, 120_000);

  test.each(['magika', 'open-nsfw', 'minilm-opset14', 'minilm-opset20'] as const)('and of %s', async (name) => {
    const path = models.path(name);
    expect(await describeModel(path, ANY_MODEL)).toMatchObject(await described(path));
  });

  test('takes bytes as well', async () => {
    const description = await describeModel(mlp({ layers: 1, width: 8 }), ANY_MODEL);
    expect(description).toMatchObject({ inputs: [{ name: 'x', dims: ['N', 8] }], precision: 'fp32', external: [] });
  });

  test('holds them against the limits', async () => {
    const limits = { ...ANY_MODEL, nodes: 1 };
    expect(await rejection(describeModel(mlp({ layers: 4, width: 8 }), limits))).toEqual(
      failure('MODEL_INVALID', { reason: 'too-many-nodes', option: 'options.limits.nodes' }),
    );
  });
});

describe('GivenModel', () => {
  const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));

  test('opens what it reads of other files', async () => {
    const [span] = await new GivenModel(withExternalData(tempFolder())).external();
    expect(span).toMatchObject({ location: 'weights.bin', offset: 0 });
    expect(await span?.payload.read()).toHaveLength(span?.payload.byteLength as number);
  });

  test('takes them from memory, where the model is there too', async () => {
    const model = externalAdd({ location: 'w.bin', offset: 4, length: 16 });
    const given = (data: Uint8Array) => new GivenModel(model, ANY_MODEL, [{ path: 'w.bin', data }]);
    const [span] = await given(bytesOf('....0123456789abcdef')).external();
    expect(Buffer.from((await span?.payload.read()) as Uint8Array).toString()).toBe('0123456789abcdef');
    const reasons = [
      [given(bytesOf('short')), 'external-data-out-of-range'],
      [new GivenModel(model), 'external-data-missing'],
    ] as const;
    for (const [wrong, reason] of reasons) {
      expect(await rejection(wrong.external())).toEqual(failure('MODEL_INVALID', { reason }));
    }
  });

  test('reads the graph anew each time', async () => {
    const given = new GivenModel(identity());
    const [first, second] = [await given.read(), await given.read()];
    first.graph.name = 'changed';
    expect(second.graph.name).not.toBe('changed');
    expect(given.describe()).toBe(given.describe());
  });
});

describe('hashOfModel()', () => {
  const weights = { name: 'w', type: 'float32' as const, dims: [2], data: Float32Array.of() };
  const pair = (w: number, v: number) =>
    onnxModel({
      inputs: [{ name: 'x', type: 'float32', dims: [2] }],
      outputs: [{ name: 'y', type: 'float32', dims: [2] }],
      initializers: [weights, { ...weights, name: 'v' }],
      nodes: [
        { op: 'Add', inputs: ['x', 'w'], outputs: ['z'] },
        { op: 'Add', inputs: ['z', 'v'], outputs: ['y'] },
      ],
      externalData: {
        w: { location: 'w.bin', offset: w, length: 8 },
        v: { location: 'w.bin', offset: v, length: 8 },
      },
    });

  async function hashes(model: Uint8Array, data: readonly string[]): Promise<Set<string>> {
    const folder = tempFolder();
    const path = join(folder, 'model.onnx');
    writeFileSync(path, model);
    const found = new Set<string>();
    for (const text of data) {
      writeFileSync(join(folder, 'w.bin'), text);
      found.add(await hashOfModel(new GivenModel(path), 'test'));
    }
    return found;
  }

  test('is another one where what a tensor reads is another', async () => {
    expect((await hashes(pair(0, 8), ['0123456701234567', '0123456X01234567', '012345670123456X'])).size).toBe(3);
    expect((await hashes(pair(8, 8), ['0123456701234567', '012345670123456X'])).size).toBe(2);
  });

  test('is the same where something else is', async () => {
    expect((await hashes(pair(8, 8), ['0123456701234567', '........01234567....'])).size).toBe(1);
  });

  test('is that of a model in memory', async () => {
    const data = '0123456701234567';
    const [inFile] = await hashes(pair(0, 8), [data]);
    const given = new GivenModel(pair(0, 8), ANY_MODEL, [{ path: 'w.bin', data: bytesOf(data) }]);
    expect(await hashOfModel(given, 'test')).toBe(inFile);
    expect(await hashOfModel(given, 'other')).not.toBe(inFile);
  });

  test('is given up when nobody wants it', async () => {
    const given = new GivenModel(mlp({ layers: 1, width: 8 }));
    await expect(hashOfModel(given, 'test', AbortSignal.abort('never mind'))).rejects.toBe('never mind');
  });

  const bytesOf = (text: string) => new Uint8Array(Buffer.from(text));
});
