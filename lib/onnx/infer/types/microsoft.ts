import { elementTypeOf } from '../../graph/element-types.js';
import { byAttribute, ruleTable } from './rule.js';

/** Element types of the outputs of operators that ONNX Runtime adds in 'com.microsoft'. Others are not known. */
export const microsoftTypes = ruleTable({
  [`BiasAdd BiasGelu BiasSoftmax BiasSplitGelu ComplexMul ComplexMulConj ConvTransposeWithDynamicPads CropAndResize
    DynamicQuantizeLSTM DynamicQuantizeMatMul ExpandDims FastGelu FusedConv FusedGemm FusedMatMul FusedMatMulActivation
    GatedRelativePositionBias GatherND Gelu GemmFastGelu GridSample GroupNorm Inverse Irfft LongformerAttention MatMulBnb4
    MatMulFpQ4 MatMulNBits MaxpoolWithMask MoE NhwcConv NhwcFusedConv NhwcMaxPool PackedAttention
    PackedMultiHeadAttention Pad QLinearAdd QLinearAveragePool QLinearGlobalAveragePool QLinearLeakyRelu QLinearMul
    QLinearReduceMean QLinearSigmoid QLinearSoftmax QMoE QuickGelu Range RelativePositionBias RestorePadding Rfft
    RotaryEmbedding SkipGroupNorm SparseAttention TransposeMatMul Trilu UnfoldTensor`]: [0],
  // As ONNX's own operators, in another layout.
  'Conv Resize QLinearConvTranspose': [0],
  CDist: [[0, 1]],
  'Attention MultiHeadAttention DecoderAttention DecoderMaskedMultiHeadAttention DecoderMaskedSelfAttention': [0],
  GroupQueryAttention: [0, [3, 0], [4, 0]],
  PagedAttention: [0, 3, 4],
  QAttention: [3],
  LayerNormalization: [0, 'float32'],
  'SkipLayerNormalization SkipSimplifiedLayerNormalization': [0, 'float32', 'float32', 0],
  SimplifiedLayerNormalization: [[1, 0], 'float32'],
  EmbedLayerNormalization: [2, 'int32', 2],
  RemovePadding: [0, 'int32'],
  'MatMulIntegerToFloat GatherBlockQuantized': [2],
  'MatMulInteger16 MulInteger DynamicTimeWarping': ['int32'],
  'BeamSearch GreedySearch Sampling WhisperBeamSearch': (view) =>
    view.node.outputs.map((_, i) => (i === 0 ? { kind: 'tensor', elementType: 'int32' } : undefined)),
  QLinearConv: [7],
  QLinearConcat: [1],
  QLinearWhere: [1],
  QGemm: [(view) => (view.node.inputs[8] ? view.inputs[8] : 'float32')],
  QuantizeLinear: [(view) => (view.node.inputs[2] ? view.inputs[2] : elementTypeOf(2))],
  DequantizeLinear: [1],
  'NGramRepeatBlock SparseToDenseMatMul WordConvEmbedding': [1],
  MurmurHash3: [(view) => (view.int('positive', 1) ? 'uint32' : 'int32')],
  BifurcationDetector: ['int64'],
  Tokenizer: ['string'],
  Unique: [0, 'int64'],
  'BiasDropout BitmaskDropout BitmaskBiasDropout': [
    0,
    (view) => (view.node.opType === 'BiasDropout' ? 'bool' : 'uint32'),
  ],
  GemmFloat8: [byAttribute('dtype', 'float32')],
});
