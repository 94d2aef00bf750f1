import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { identity, matmul16 } from '../fixtures/models.js';
import { onnxTypes } from '../fixtures/onnx-writer.js';
import { tempFolder } from '../support/temp-folder.js';
import { readBundle, writeBundle } from './bundle.mjs';
import { fromJs, toArguments, toBlankArguments } from './js-tensor.mjs';
import { packStrings, readModel, readTensor, unpackStrings } from './onnx-file.mjs';
import { carried } from './tensor-types.mjs';

describe('readModel()', () => {
  test('reads inputs, outputs and operators', () => {
    expect(readModel(Buffer.from(matmul16()))).toEqual({
      inputs: [{ name: 'a', kind: 'tensor', type: 1 }],
      outputs: [{ name: 'y', kind: 'tensor', type: 1 }],
      operators: ['MatMul'],
    });
    expect(readModel(Buffer.from(identity('string'))).inputs).toMatchObject([{ type: 8 }]);
  });

  test('refuses a model that is cut short', () => {
    const model = Buffer.from(matmul16());
    expect(() => readModel(model.subarray(0, model.length - 3))).toThrow('damaged protobuf message');
  });
});

describe('readTensor()', () => {
  // dims 2, data_type, then the data in each of the notations that files use.
  const head = (type: number, ...dims: number[]) => [...dims.flatMap((dim) => [0x08, dim]), 0x10, type];
  const minusOne = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
  test.each([
    ['raw data', [...head(6, 1), 0x4a, 4, 1, 2, 3, 4], '01020304'],
    ['numbers one by one', [...head(6, 2), 0x28, 5, 0x28, ...minusOne], '05000000ffffffff'],
    ['packed numbers', [...head(5, 2), 0x2a, 11, 5, ...minusOne], '0500ffff'],
    ['64-bit numbers', [...head(7, 1), 0x3a, 10, ...minusOne], 'ffffffffffffffff'],
    ['packed floats', [...head(1, 1), 0x22, 4, 0, 0, 0x80, 0x3f], '0000803f'],
    ['strings', [...head(8, 2), 0x32, 1, 0x61, 0x32, 0], '010000006100000000'],
    ['no elements', head(1, 0), ''],
  ])('reads %s', (_, bytes, hex) => {
    expect(readTensor(Buffer.from(bytes)).data.toString('hex')).toBe(hex);
  });

  test('refuses a tensor with fewer elements than its shape says', () => {
    expect(() => readTensor(Buffer.from([...head(1, 2), 0x22, 4, 0, 0, 0x80, 0x3f]))).toThrow(
      "tensor '' has 1 elements, its shape says 2",
    );
  });
});

test('the types are those of the models of the other tests', () => {
  expect(Object.fromEntries([...carried].map(([number, { name }]) => [name, number]))).toEqual(onnxTypes);
});

describe('a bundle', () => {
  const tensors = [
    { name: 'a', type: 1, dims: [2], data: Buffer.from('0102030405060708', 'hex') },
    { name: 'ü', type: 8, dims: [], data: packStrings([Buffer.from('text')]) },
    { name: '', type: 7, dims: [0, 2 ** 40], data: Buffer.alloc(0) },
  ];

  test('comes back as it was written', () => {
    const file = join(tempFolder(), 'bundle');
    writeBundle(file, tensors);
    expect(readBundle(file)).toEqual(tensors);
  });

  test('is refused when it is cut short or too long', () => {
    const file = join(tempFolder(), 'bundle');
    for (const bytes of [Buffer.from([1, 0, 0, 0]), Buffer.from([0, 0, 0, 0, 9])]) {
      writeFileSync(file, bytes);
      expect(() => readBundle(file)).toThrow(/ends too early|1 bytes too many/);
    }
  });
});

describe('tensors of JavaScript', () => {
  test.each([...carried])('type %i goes there and back', (type, { bytes }) => {
    const data = bytes === 0 ? packStrings(['', 'ä'].map((text) => Buffer.from(text))) : Buffer.alloc(2 * bytes, 0x3c);
    const tensor = { name: 'x', type, dims: [2, 1], data };
    const [name, array, dims] = toArguments(tensor);
    expect(fromJs('x', { type: name, data: array, dims })).toEqual(tensor);
    const [, blank] = toBlankArguments(tensor);
    expect(blank).toHaveLength(2);
    expect(fromJs('x', { type: name, data: blank, dims }).data.equals(data)).toBe(false);
  });

  test('strings are unpacked as they were packed', () => {
    const texts = ['', 'a\0b', 'x'.repeat(300)].map((text) => Buffer.from(text));
    expect(unpackStrings(packStrings(texts))).toEqual(texts);
  });
});
