import { type ElementType, elementTypeOf } from '../../graph/element-types.js';
import { type Fact, factOfProto, holderFact, tensorFact } from '../fact.js';
import type { NodeView } from '../node-view.js';
import { anyInput, byAttribute, ruleTable } from './rule.js';

/** Element types of the outputs of ONNX's own operators, of all versions. If, Loop, Scan and SequenceMap: see `walk.ts`. */
export const onnxTypes = ruleTable({
  // As the first input: elementwise functions, shapes, pools, reductions.
  [`Abs Acos Acosh AffineGrid Asin Asinh Atan Atanh AveragePool BitwiseNot Ceil Celu CenterCropPad Col2Im Compress Cos
    Cosh CumProd CumSum DepthToSpace Det DFT Elu Erf Exp Expand Flatten Floor Gather GatherElements GatherND Gelu
    GlobalAveragePool GlobalLpPool GlobalMaxPool GridSample HardSigmoid HardSwish Hardmax Identity LeakyRelu Log
    LogSoftmax LpNormalization LpPool LRN MaxUnpool MeanVarianceNormalization Mish Neg Not Reciprocal
    ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare
    Relu Reshape Resize ReverseSequence Round SequenceErase Selu Shrink Sigmoid Sign Sin Sinh Slice Softmax Softplus
    Softsign SpaceToDepth Split Sqrt Squeeze StringNormalizer Swish Tan Tanh ThresholdedRelu Tile Transpose Trilu
    Unsqueeze Upsample`]: [0],
  'Add BitShift BitwiseAnd BitwiseOr BitwiseXor Div MatMul MaxRoiPool Mod Mul PRelu RoiAlign StringConcat Sub': [
    [0, 1],
  ],
  'Pow Clip Pad NegativeLogLikelihoodLoss SoftmaxCrossEntropyLoss TensorScatter CausalConvWithState': [0],
  'Scatter ScatterElements ScatterND STFT': [[0, 2]],
  'Conv ConvTranspose DeformConv Gemm GroupNormalization InstanceNormalization Range RotaryEmbedding': [[0, 1, 2]],
  'Concat Einsum Max Mean Min Sum': [anyInput],
  'GRU LSTM RNN': [[0, 1, 2]],
  Where: [[1, 2]],
  'CastLike RMSNormalization': [1],
  OneHot: [2],
  'QLinearConv QLinearMatMul': [7],
  // Fixed.
  'And Equal Greater GreaterOrEqual IsInf IsNaN Less LessOrEqual Or RegexFullMatch Xor': ['bool'],
  OptionalHasElement: ['bool'],
  'ArgMax ArgMin NonMaxSuppression NonZero SequenceLength Shape Size': ['int64'],
  'ConvInteger MatMulInteger': ['int32'],
  ImageDecoder: ['uint8'],
  TfIdfVectorizer: ['float32'],
  'MaxPool TopK': [0, 'int64'],
  Unique: [0, 'int64'],
  StringSplit: ['string', 'int64'],
  DynamicQuantizeLinear: ['uint8', 'float32', 'uint8'],
  // By attributes.
  Cast: [castTarget],
  BitCast: [byAttribute('to', () => undefined)],
  Bernoulli: [byAttribute('dtype', 0)],
  'RandomNormal RandomUniform': [byAttribute('dtype', 'float32')],
  'EyeLike RandomNormalLike RandomUniformLike': [byAttribute('dtype', 0)],
  Multinomial: [byAttribute('dtype', 'int32')],
  'BlackmanWindow HammingWindow HannWindow MelWeightMatrix': [byAttribute('output_datatype', 'float32')],
  DequantizeLinear: [byAttribute('output_dtype', 1)],
  QuantizeLinear: [(view) => (view.node.inputs[2] ? view.inputs[2] : quantized(view))],
  Constant: [constantType],
  ConstantOfShape: [(view) => (view.isOpen('value') ? undefined : (view.tensor('value')?.elementType ?? 'float32'))],
  // By version and position.
  BatchNormalization: [0, [3, 4], [3, 4], [3, 4], [3, 4]],
  Dropout: [0, (view) => (view.opset >= 10 ? 'bool' : view.inputs[0])],
  LayerNormalization: [0, byAttribute('stash_type', 'float32')],
  Attention: [0, [4, 1], [5, 2], 0],
  LinearAttention: [0, [3, 0]],
  // Sequences and optional values.
  SequenceConstruct: [(view) => holderFact('sequence', anyInput(view))],
  SequenceEmpty: [(view) => holderFact('sequence', tensorFact(elementTypeOf(view.int('dtype', 1))))],
  SequenceInsert: [(view) => (view.heldBy(0, 'sequence') ? view.inputs[0] : holderFact('sequence', view.inputs[1]))],
  SplitToSequence: [(view) => holderFact('sequence', view.inputs[0])],
  'ConcatFromSequence SequenceAt': [(view) => view.heldBy(0, 'sequence')],
  Optional: [optionalType],
  OptionalGetElement: [(view) => (view.inputs[0]?.kind === 'optional' ? view.inputs[0].of : view.inputs[0])],
  // What ONNX Runtime keeps in ONNX's domain.
  'Affine Crop ImageScaler ParametricSoftplus Scale ScaledTanh': [0],
  SimplifiedLayerNormalization: [[1, 0], byAttribute('stash_type', 'float32')],
});

/** Operator sets before 6 name the type. */
function castTarget(view: NodeView): ElementType | undefined {
  const name = view.string('to', undefined);
  if (name === undefined) return elementTypeOf(view.int('to', -1));
  const known: Record<string, ElementType> = { FLOAT: 'float32', DOUBLE: 'float64' };
  const lower = name.toLowerCase() as ElementType;
  return known[name.toUpperCase()] ?? OLD_TYPES.find((type) => type === lower);
}

const OLD_TYPES: readonly ElementType[] = [
  ...(['uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool'] as const),
  ...(['float16', 'uint32', 'uint64', 'complex64', 'complex128'] as const),
];

/** Without a zero point. */
function quantized(view: NodeView): ElementType | undefined {
  return view.isOpen('output_dtype') ? undefined : elementTypeOf(view.int('output_dtype', 0) || 2);
}

function constantType(view: NodeView): ElementType | undefined {
  if (view.has('value')) return view.tensor('value')?.elementType;
  const sparse = view.attribute('sparse_value');
  if (sparse?.type === 'sparseTensor') return sparse.value.values?.elementType;
  if (view.has('value_float') || view.has('value_floats')) return 'float32';
  if (view.has('value_int') || view.has('value_ints')) return 'int64';
  if (view.has('value_string') || view.has('value_strings')) return 'string';
  return undefined;
}

function optionalType(view: NodeView): Fact {
  const stated = view.attribute('type');
  const of = view.inputs[0] ?? (stated?.type === 'type' ? factOfProto(stated.value) : undefined);
  return holderFact('optional', of);
}
