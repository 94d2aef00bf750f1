import type { LintRule } from '../rule.js';

export const tensorrtTuring: LintRule = {
  name: 'tensorrt-turing',
  severity: 'info',
  for: ['tensorrt-rtx'],
  summary: 'A float32 matrix product cannot be built for Turing (compute capability 7.5: T4, GTX 16, RTX 20).',
  *model({ model, operators }) {
    const products = ['MatMul', 'Gemm', 'Einsum', 'Attention', 'LSTM', 'GRU', 'RNN'];
    const count = products.reduce((sum, name) => sum + (operators.get(name) ?? 0), 0);
    // A model that was cast has its large weights in 16 bits.
    const isFloat32 =
      model.graph.inputs.some(({ elementType }) => elementType === 'float32') || hasFloat32Weights(model);
    if (count === 0 || !isFloat32) return;
    yield {
      message: `${count} matrix products: in float32 TensorRT-RTX does not build them for Turing (compute capability 7.5)`,
      hint: 'For such GPUs cast the model first: node-tensorrt cast IN -o OUT --to fp16.',
    };
  },
};

function hasFloat32Weights(model: Parameters<NonNullable<LintRule['model']>>[0]['model']): boolean {
  return model.graph.initializers.some(
    ({ initializer }) => initializer?.elementType === 'float32' && initializer.dims.length > 1,
  );
}
