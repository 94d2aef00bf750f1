import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import { addDims, type Dims, multiplyDims } from './dims.js';
import type { ShapeTable } from './rule.js';

/** ONNX's Attention: of rank 4 (batch, heads, length, size), or of rank 3 with the heads in the last axis. */
export const attention: ShapeTable = {
  Attention: (view) => {
    const [query, key, value] = [0, 1, 2].map((i) => withHeads(view, i));
    if (!query || !key || !value) return [];
    const [batch = null, heads = null, length = null] = query;
    const past = view.hasInput(4) ? (view.dims(4)?.[2] ?? null) : 0;
    const total = addDims(past, key[2] ?? null);
    const size = value[3] ?? null;
    const y = view.dims(0)?.length === 3 ? [batch, length, multiplyDims(heads, size)] : [batch, heads, length, size];
    return [y, key.with(2, total), value.with(2, total), [batch, heads, length, total]];
  },
};

function withHeads(view: NodeView, input: number): Dims | undefined {
  const dims = view.dims(input);
  if (dims?.length === 4) return dims;
  const heads = view.int(input === 0 ? 'q_num_heads' : 'kv_num_heads', 0);
  if (dims?.length !== 3 || heads < 1) return undefined;
  const [batch = null, length = null, all = null] = dims;
  const size: Dim = typeof all === 'number' && all % heads === 0 ? all / heads : null;
  return [batch, heads, length, size];
}
