import { argumentError } from '../errors.js';
import { iterableOption, objectOption } from '../options.js';
import type { TensorMap } from '../tensor/types.js';
import type { SeenShapes } from './derive-profiles.js';

/** Samples that are looked at. */
const MAX_SAMPLES = 1000;
/** Elements of an input that may be a shape itself. */
const MAX_VALUES = 64;

/** The shapes that the inputs of samples have; of small inputs of integers their values as well. */
export async function seenShapes(given: unknown): Promise<ReadonlyMap<string, SeenShapes>> {
  const shapes = new Map<string, number[][]>();
  const values = new Map<string, number[][]>();
  let count = 0;
  for await (const sample of iterableOption('options.samples', given)) {
    const entries = Object.entries(objectOption<TensorMap>(`options.samples[${count}]`, sample));
    for (const [input, tensor] of entries) {
      const option = `options.samples[${count}].${input}`;
      const { dims, type, data } = objectOption<TensorMap[string]>(option, tensor);
      if (!Array.isArray(dims)) throw argumentError(`${option}.dims`, 'an array of sizes', dims);
      add(shapes, input, dims);
      if (!dims.every((size) => Number.isSafeInteger(size) && size >= 0))
        throw argumentError(`${option}.dims`, 'sizes', dims);
      if (typeof data?.length !== 'number') throw argumentError(`${option}.data`, 'an array', data);
      const isShape = (type === 'int32' || type === 'int64') && dims.length <= 1 && data.length <= MAX_VALUES;
      if (isShape) add(values, input, Array.from(data as ArrayLike<number | bigint>, Number));
    }
    if (++count === MAX_SAMPLES) break;
  }
  if (count === 0) throw argumentError('options.samples', 'at least one sample', 'none');
  const seen = new Map<string, SeenShapes>();
  for (const [input, list] of shapes) {
    const ofValues = sameLength(values.get(input));
    seen.set(input, { ...extent(input, list), ...(ofValues && { values: extent(input, ofValues) }) });
  }
  return seen;
}

/** None of those that have several lengths: a shape has one. */
function sameLength(list: number[][] | undefined): number[][] | undefined {
  return list?.every((item) => item.length === list[0]?.length) ? list : undefined;
}

function add(map: Map<string, number[][]>, key: string, item: readonly number[]): void {
  const list = map.get(key) ?? [];
  map.set(key, list);
  list.push([...item]);
}

function extent(input: string, list: readonly number[][]): { min: number[]; max: number[]; common: number[] } {
  const [first = []] = list;
  const counts = new Map<string, { item: number[]; count: number }>();
  const [min, max] = [[...first], [...first]];
  for (const item of list) {
    if (item.length !== first.length) {
      throw argumentError(`options.samples.${input}`, `${first.length} dimensions in all samples`, item);
    }
    item.forEach((size, i) => {
      min[i] = Math.min(min[i] ?? size, size);
      max[i] = Math.max(max[i] ?? size, size);
    });
    const entry = counts.get(String(item)) ?? { item, count: 0 };
    entry.count++;
    counts.set(String(item), entry);
  }
  const [common] = [...counts.values()].sort((a, b) => b.count - a.count);
  return { min, max, common: common?.item ?? first };
}
