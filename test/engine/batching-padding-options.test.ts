// load() with batching.pad: options that are wrong, or do not fit the model.

import { describe, expect, test } from 'vitest';
import { attention, lengthIdentity, tokens } from '../fixtures/length-models.js';
import { loadFilling } from '../support/batches.js';
import { load } from '../support/engines.js';
import { failure } from '../support/failure.js';

const pad = 'options.batching.pad';
const ok = { axis: 1, buckets: [8, 16] };

describe('load() rejects batching.pad', () => {
  test.each<[string, unknown, string, string]>([
    ['that is no object', 5, pad, 'INVALID_ARGUMENT'],
    ['whose entry is no object', { ids: null }, `${pad}.ids`, 'INVALID_ARGUMENT'],
    ['with an unknown option', { ids: { ...ok, bucket: 8 } }, `${pad}.ids.bucket`, 'INVALID_ARGUMENT'],
    ['without an axis', { ids: { buckets: [8] } }, `${pad}.ids.axis`, 'INVALID_ARGUMENT'],
    ['along the rows', { ids: { ...ok, axis: 0 } }, `${pad}.ids.axis`, 'OUT_OF_RANGE'],
    ['along a part of a dimension', { ids: { ...ok, axis: 1.5 } }, `${pad}.ids.axis`, 'INVALID_ARGUMENT'],
    ['without buckets', { ids: { axis: 1 } }, `${pad}.ids.buckets`, 'INVALID_ARGUMENT'],
    ['with no bucket', { ids: { axis: 1, buckets: [] } }, `${pad}.ids.buckets`, 'INVALID_ARGUMENT'],
    ['with one number as buckets', { ids: { axis: 1, buckets: 8 } }, `${pad}.ids.buckets`, 'INVALID_ARGUMENT'],
    [
      'with too many buckets',
      { ids: { axis: 1, buckets: Array.from({ length: 65 }, (_, i) => i + 2) } },
      `${pad}.ids.buckets`,
      'INVALID_ARGUMENT',
    ],
    ['with a bucket of one', { ids: { axis: 1, buckets: [1, 8] } }, `${pad}.ids.buckets`, 'OUT_OF_RANGE'],
    [
      'with a bucket that is no integer',
      { ids: { axis: 1, buckets: [8.5] } },
      `${pad}.ids.buckets`,
      'INVALID_ARGUMENT',
    ],
    ['with a bucket that is huge', { ids: { axis: 1, buckets: [2 ** 31] } }, `${pad}.ids.buckets`, 'OUT_OF_RANGE'],
    [
      'with buckets that do not ascend',
      { ids: { axis: 1, buckets: [16, 8] } },
      `${pad}.ids.buckets`,
      'INVALID_ARGUMENT',
    ],
    ['with a bucket twice', { ids: { axis: 1, buckets: [8, 8] } }, `${pad}.ids.buckets`, 'INVALID_ARGUMENT'],
    ['with a value that is text', { ids: { ...ok, value: '0' } }, `${pad}.ids.value`, 'INVALID_ARGUMENT'],
    ['with a value of more than 64 bits', { ids: { ...ok, value: 2n ** 63n } }, `${pad}.ids.value`, 'OUT_OF_RANGE'],
    ['with outputs that are no object', { ids: { ...ok, outputs: 1 } }, `${pad}.ids.outputs`, 'INVALID_ARGUMENT'],
    [
      'with an output that is no object',
      { ids: { ...ok, outputs: { y: 1 } } },
      `${pad}.ids.outputs.y`,
      'INVALID_ARGUMENT',
    ],
    [
      'with an output without an axis',
      { ids: { ...ok, outputs: { y: {} } } },
      `${pad}.ids.outputs.y.axis`,
      'INVALID_ARGUMENT',
    ],
    [
      'with an output along the rows',
      { ids: { ...ok, outputs: { y: { axis: 0 } } } },
      `${pad}.ids.outputs.y.axis`,
      'OUT_OF_RANGE',
    ],
    [
      'with an unknown option of an output',
      { ids: { ...ok, outputs: { y: { axis: 1, at: 2 } } } },
      `${pad}.ids.outputs.y.at`,
      'INVALID_ARGUMENT',
    ],
    ['of an input that the model has not', { idz: ok }, `${pad}.idz`, 'INVALID_ARGUMENT'],
    ['of a dimension that the input has not', { ids: { ...ok, axis: 2 } }, `${pad}.ids.axis`, 'OUT_OF_RANGE'],
    ['with a value that the type has not', { ids: { ...ok, value: 0.5 } }, `${pad}.ids.value`, 'OUT_OF_RANGE'],
    [
      'with an output that the model has not',
      { ids: { ...ok, outputs: { z: { axis: 1 } } } },
      `${pad}.ids.outputs.z`,
      'INVALID_ARGUMENT',
    ],
    [
      'with a dimension that the output has not',
      { ids: { ...ok, outputs: { y: { axis: 3 } } } },
      `${pad}.ids.outputs.y.axis`,
      'OUT_OF_RANGE',
    ],
  ])('%s, naming the option', async (_, value, option, code) => {
    await expect(load(tokens(), { batching: { pad: value as never } })).rejects.toEqual(failure(code, { option }));
  });

  test('with different buckets for two inputs', async () => {
    const batching = { pad: { ids: ok, mask: { axis: 1, buckets: [8, 32] } } };
    await expect(load(attention(), { batching })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: `${pad}.mask.buckets` }),
    );
  });

  test('of a dimension that is fixed', async () => {
    const model = lengthIdentity('float32', ['N', 7]);
    await expect(load(model, { batching: { pad: { x: ok } } })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: `${pad}.x.axis` }),
    );
  });

  test('of strings', async () => {
    await expect(load(lengthIdentity('string'), { batching: { pad: { x: ok } } })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: `${pad}.x` }),
    );
  });
});

test('load() takes the dimension of an output that is named', async () => {
  const named = { ...ok, outputs: { y: { axis: 1 } } };
  const engine = await load(tokens(), { batching: { pad: { ids: named } } });
  expect(engine.placement.batching.padding).toEqual({ enabled: true, reason: 'proved with generated rows' });
  const wrong = { ...ok, outputs: { y: { axis: 2 } } };
  const { padding } = (await load(tokens(), { batching: { pad: { ids: wrong } } })).placement.batching;
  expect(padding).toEqual({ enabled: false, reason: "more than one dimension of output 'y' changes with the length" });
});

test('configure() refuses batching.pad, which is proved at load only', async () => {
  const engine = await loadFilling(tokens(), 2, { batching: { pad: { ids: ok } } });
  expect(() => engine.configure({ batching: { pad: { ids: ok } } })).toThrow(
    failure('UNSUPPORTED', { option: pad }) as Error,
  );
  engine.configure({ batching: { maxSize: 1 } });
  expect(engine.placement.batching.padding?.enabled).toBe(true);
});
