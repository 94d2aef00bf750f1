import type { NodeView } from '../node-view.js';
import { broadcast, type Dims } from './dims.js';
import { einsum } from './einsum.js';
import { one, type ShapeTable } from './rule.js';

export const linear: ShapeTable = {
  MatMul: one((view) => matMul(view.dims(0), view.dims(1))),
  MatMulInteger: one((view) => matMul(view.dims(0), view.dims(1))),
  QLinearMatMul: one((view) => matMul(view.dims(0), view.dims(3))),
  Gemm: one(gemm),
  Einsum: one(einsum),
  Det: one((view) => view.dims(0)?.slice(0, -2)),
};

export function matMul(a: Dims | undefined, b: Dims | undefined): Dims | undefined {
  if (!a?.length || !b?.length) return undefined;
  const rows = a.length > 1 ? [a[a.length - 2] ?? null] : [];
  const columns = b.length > 1 ? [b[b.length - 1] ?? null] : [];
  const batch = broadcast([a.slice(0, -2), b.slice(0, -2)]);
  return batch && [...batch, ...rows, ...columns];
}

export function gemm(view: NodeView): Dims | undefined {
  const [a, b] = [view.dims(0), view.dims(1)];
  if (a?.length !== 2 || b?.length !== 2) return undefined;
  return [a[view.int('transA', 0) ? 1 : 0] ?? null, b[view.int('transB', 0) ? 0 : 1] ?? null];
}
