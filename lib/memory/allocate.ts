import { argumentError, NodeTensorRTError } from '../errors.js';
import { getPort } from '../native/port.js';
import { booleanOption, choiceOption, knownKeys, objectOption } from '../options.js';
import { dataTypes } from '../tensor/data-types.js';
import { type PooledTensor, type PooledType, pooledTensor } from '../tensor/pooled-tensor.js';
import { elementCount } from '../tensor/shape.js';
import { type DataOf, tensorTypes } from '../tensor/types.js';

/** Options of `memory.allocate`. Unknown ones are refused. */
export interface PooledTensorOptions {
  /** One of `memory.pools()`. @default 'host' */
  pool?: string;
  /**
   * Whether the memory is set to 0, which takes this thread about 0.1 ms per MiB. `false`: it holds whatever was there, and
   * that can be data of other requests of this process. @default true
   */
  zero?: boolean;
}

const MAX_BYTES = 2 ** 31 - 1;

/** `memory.allocate`. */
export function allocate<T extends PooledType>(
  type: T,
  dims: readonly number[],
  options: PooledTensorOptions = {},
): PooledTensor<T> {
  const { pool = 'host', zero = true } = objectOption<PooledTensorOptions>('options', options);
  knownKeys('options', options, ['pool', 'zero']);
  if (!tensorTypes.includes(type)) throw argumentError('type', tensorTypes.join(' or '), type);
  const info = dataTypes[type];
  if (info.bytesPerElement === 0) {
    throw new NodeTensorRTError('UNSUPPORTED', "type 'string': pools hold elements of a fixed size only", {
      option: 'type',
    });
  }
  const bytes = elementCount('dims', dims) * info.bytesPerElement;
  if (bytes > MAX_BYTES) throw argumentError('dims', `at most ${MAX_BYTES} bytes in all`, bytes, 'OUT_OF_RANGE');
  const { native } = getPort();
  choiceOption('options.pool', pool, native.pools());
  booleanOption('options.zero', zero);
  const buffer = bytes > 0 ? native.allocate(pool, bytes, zero) : undefined;
  const data = buffer === undefined ? info.create(bytes / info.bytesPerElement) : info.over(buffer);
  return pooledTensor(type, data as DataOf<T>, Array.from(dims), native);
}
