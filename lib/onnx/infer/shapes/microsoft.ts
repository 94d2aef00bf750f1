import type { NodeView } from '../node-view.js';
import { conv } from './convolution.js';
import { broadcast, type Dims, size } from './dims.js';
import { gemm, matMul } from './linear.js';
import { forAll, one, type ShapeTable } from './rule.js';

/** Operators that ONNX Runtime adds, as far as its own optimiser and the usual exporters make them. */
export const microsoft: ShapeTable = {
  ...forAll(
    `BiasAdd BiasGelu BiasSoftmax DequantizeLinear FastGelu Gelu QLinearLeakyRelu QLinearSigmoid QLinearSoftmax QuantizeLinear
     QuickGelu RotaryEmbedding`,
    one((view) => view.dims(0)),
  ),
  FusedConv: one((view) => conv(view, 1)),
  FusedGemm: one(gemm),
  FusedMatMul: one(fusedMatMul),
  TransposeMatMul: one(fusedMatMul),
  ...forAll(
    'DynamicQuantizeMatMul MatMulIntegerToFloat MatMulInteger16',
    one((view) => matMul(view.dims(0), view.dims(1))),
  ),
  ...forAll(
    'QLinearAdd QLinearMul',
    one((view) => broadcast([view.dims(0), view.dims(3)])),
  ),
  MatMulNBits: one((view) => view.dims(0)?.with(-1, size(view.int('N', -1)))),
  ...forAll('SkipLayerNormalization SkipSimplifiedLayerNormalization', (view) => {
    const x = view.dims(0);
    const stats = x?.with(-1, 1);
    return [x, stats, stats, x];
  }),
  LayerNormalization: one((view) => view.dims(0)),
  EmbedLayerNormalization: (view) => {
    const [ids, table] = [view.dims(0), view.dims(2)];
    if (ids?.length !== 2) return [];
    const embedded = [...ids, table?.[1] ?? null];
    return [embedded, [ids[0] ?? null], embedded];
  },
  MultiHeadAttention: one((view) => {
    const [query, value] = [view.dims(0), view.dims(2)];
    return query?.length === 3 && value?.length === 3 ? query.with(2, value[2] ?? null) : undefined;
  }),
};

function fusedMatMul(view: NodeView): Dims | undefined {
  if (view.int('transBatchA', 0) || view.int('transBatchB', 0)) return undefined;
  const turned = (dims: Dims | undefined, isTurned: number): Dims | undefined => {
    if (!dims || !isTurned || dims.length < 2) return dims;
    return [...dims.slice(0, -2), dims[dims.length - 1] ?? null, dims[dims.length - 2] ?? null];
  };
  return matMul(turned(view.dims(0), view.int('transA', 0)), turned(view.dims(1), view.int('transB', 0)));
}
