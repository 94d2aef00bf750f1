import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { create, toBinary } from '@bufbuild/protobuf';
import { castModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { readModel } from '../../../dist/esm/onnx/file/read-model.js';
import { serializeModel, writeModel } from '../../../dist/esm/onnx/file/write-model.js';
import type { TensorArray } from '../../../dist/esm/onnx/graph/numbers.js';
import { GraphProtoSchema, ModelProtoSchema, TensorProtoSchema } from '../../../dist/esm/onnx/proto/onnx_pb.js';
import { tempFolder } from '../../support/temp-folder.js';

const COUNT = 20_000;
const numbers = <T>(of: (i: number) => T) => Array.from({ length: COUNT }, (_, i) => of(i));
const big = (i: number) => BigInt(i) * 1_000_003n ** 2n * (i % 2 ? -1n : 1n);

/** Element type, its code, the fields of the message, and the array that they are. */
const kinds: [string, number, Record<string, unknown>, TensorArray][] = [
  ['float32', 1, { floatData: numbers((i) => i / 4) }, Float32Array.from(numbers((i) => i / 4))],
  ['float64', 11, { doubleData: numbers((i) => i / 3) }, Float64Array.from(numbers((i) => i / 3))],
  ['int32', 6, { int32Data: numbers((i) => 7 - i * 90_000) }, Int32Array.from(numbers((i) => 7 - i * 90_000))],
  ['int16', 5, { int32Data: numbers((i) => i - 9000) }, Int16Array.from(numbers((i) => i - 9000))],
  ['uint8', 2, { int32Data: numbers((i) => i % 256) }, Uint8Array.from(numbers((i) => i % 256))],
  ['bool', 9, { int32Data: numbers((i) => i % 2) }, Uint8Array.from(numbers((i) => i % 2))],
  ['float16', 10, { int32Data: numbers((i) => i * 3) }, Uint16Array.from(numbers((i) => i * 3))],
  ['int64', 7, { int64Data: numbers(big) }, BigInt64Array.from(numbers(big))],
  [
    'uint64',
    13,
    { uint64Data: numbers((i) => 2n ** 64n - 1n - BigInt(i)) },
    BigUint64Array.from(numbers((i) => 2n ** 64n - 1n - BigInt(i))),
  ],
  [
    'uint32',
    12,
    { uint64Data: numbers((i) => BigInt(2 ** 32 - 1 - i)) },
    Uint32Array.from(numbers((i) => 2 ** 32 - 1 - i)),
  ],
];

function model(dataType: number, fields: Record<string, unknown>, count = COUNT): Uint8Array {
  const tensor = create(TensorProtoSchema, { name: 'w', dims: [BigInt(count)], dataType, ...fields });
  const graph = create(GraphProtoSchema, { name: 'g', initializer: [tensor] });
  return toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, graph }));
}

describe.each(kinds)('numbers of %s in a typed field', (type, code, fields, expected) => {
  test('stay in the file, are what they were, and are written as they were', async () => {
    const bytes = model(code, fields);
    const path = join(tempFolder(), 'model.onnx');
    writeFileSync(path, bytes);
    for (const source of [bytes, path]) {
      const read = await readModel(source);
      const tensor = read.graph.initializers[0]?.initializer;
      expect(tensor?.elementType).toBe(type);
      expect(tensor?.payload.stored?.kind).toBe('typed');
      expect(await tensor?.array()).toEqual(expected);
      const part = await tensor?.payload.read(16, 32);
      expect(part).toEqual(new Uint8Array(expected.buffer.slice(16, 32)));
      expect(Buffer.compare(await serializeModel(read), bytes)).toBe(0);
    }
  });

  test('go to a file beside the model as raw data', async () => {
    const path = join(tempFolder(), 'model.onnx');
    await writeModel(await readModel(model(code, fields)), path, { external: 'all' });
    const tensor = (await readModel(path)).graph.initializers[0]?.initializer;
    expect(tensor?.payload.stored?.kind).toBe('external');
    expect(await tensor?.array()).toEqual(expected);
  });

  test('are refused where there are more or fewer than the shape says', async () => {
    for (const count of [COUNT - 1, COUNT + 1]) {
      const read = readModel(model(code, fields, count)).then(({ graph }) =>
        graph.initializers[0]?.initializer?.array(),
      );
      await expect(read).rejects.toMatchObject({ code: 'MODEL_INVALID', details: { reason: 'tensor-size' } });
    }
  });
});

test('numbers of float32 in a typed field are cast, in pieces and as a whole', async () => {
  const graph = create(GraphProtoSchema, {
    name: 'g',
    initializer: [
      create(TensorProtoSchema, { name: 'w', dims: [BigInt(COUNT)], dataType: 1, floatData: numbers((i) => i / 4) }),
    ],
    node: [{ opType: 'Mul', input: ['x', 'w'], output: ['y'] }],
    input: [{ name: 'x', type: { value: { case: 'tensorType', value: { elemType: 1 } } } }],
    output: [{ name: 'y' }],
  });
  const opsetImport = [{ domain: '', version: 17n }];
  const bytes = toBinary(ModelProtoSchema, create(ModelProtoSchema, { irVersion: 8n, graph, opsetImport }));
  const path = join(tempFolder(), 'model.onnx');
  writeFileSync(path, bytes);
  const { model: cast } = await castModel(path, { to: 'bf16' });
  const tensor = cast.graph.initializers[0]?.initializer;
  expect(tensor?.elementType).toBe('bfloat16');
  const whole = await tensor?.array();
  const again = await readModel(await serializeModel(cast));
  expect(await again.graph.initializers[0]?.initializer?.array()).toEqual(whole);
  // 1/4 is 0x3e80, 4999.75 rounds to 4992: 0x459c.
  expect([whole?.[1], whole?.[19_999]]).toEqual([0x3e80, 0x459c]);
});
