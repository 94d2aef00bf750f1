/** Changes of operators that need no step, with the reason; "operator:version,version". */

/** They take more types, or say the same in other words; each was read. */
export const onlyMoreTypes = `
Abs:13 Acos:22 Acosh:22 Add:13,14 ArgMax:11,13 ArgMin:11,13 Asin:22 Asinh:22 Atan:22 Atanh:22 BatchNormalization:15
Bernoulli:22 Cast:21,23,25 CastLike:21,23,25 Ceil:13 Clip:12 Concat:13 Constant:9,13,19,21,23,24,25
ConstantOfShape:20,21,23,24,25 Conv:11,22 ConvTranspose:22 Cos:22 Cosh:22 CumSum:14 DeformConv:22 DepthToSpace:13
DequantizeLinear:19,24,25 Det:22 Div:13,14 Dropout:13,22 Elu:22 Equal:11,13,19 Exp:13 Expand:13 EyeLike:22
Flatten:9,13,21,23,24,25 Floor:13 GRU:22 Gather:13 GatherElements:13 GatherND:13 Gemm:9,13 GlobalAveragePool:22
GlobalLpPool:22 GlobalMaxPool:22 Greater:9,13 GreaterOrEqual:16 GridSample:22 HardSigmoid:22 HardSwish:22
Identity:13,14,16,19,21,23,24,25 If:13,16,19,21,23,24,25 InstanceNormalization:22 IsInf:20 IsNaN:13,20 LRN:13 LSTM:22
LeakyRelu:16 Less:9,13 LessOrEqual:16 Log:13 Loop:13,16,19,21,23,24,25 LpNormalization:22 LpPool:11,22 MatMul:9,13
Max:12,13 MaxPool:11 MaxRoiPool:22 MaxUnpool:11,22 Mean:13 Min:12,13 Mish:22 Mul:13,14 Multinomial:22 Neg:13
NegativeLogLikelihoodLoss:13,22 NonMaxSuppression:11 NonZero:13 PRelu:9,16 Pad:13,21,23,24,25 Pow:12,13,15 QLinearMatMul:21
QuantizeLinear:24,25 RNN:22 RandomNormal:22 RandomNormalLike:22 RandomUniform:22 RandomUniformLike:22 Reciprocal:13
ReduceL1:13 ReduceL2:13 ReduceLogSum:13 ReduceLogSumExp:13 ReduceMax:12,20 ReduceMean:13 ReduceMin:12,20 ReduceProd:13
ReduceSumSquare:13 Relu:13,14 Reshape:13,19,21,23,24,25 RoiAlign:22 Round:22 Scan:16,19,21,23,24,25 ScatterElements:13
ScatterND:13 Selu:22 Shape:13,19,21,23,24,25 Sigmoid:13 Sign:13 Sin:22 Sinh:22 Size:13,19,21,23,24,25 Slice:13
SoftmaxCrossEntropyLoss:13 Softplus:22 Softsign:22 SpaceToDepth:13 SplitToSequence:24 Sqrt:13 Squeeze:21,23,24,25
Sub:13,14 Sum:13 Tan:22 Tanh:13 ThresholdedRelu:22 Tile:13 TopK:24 Transpose:13,21,23,24,25 Unsqueeze:21,23,24,25 Where:16
`;

/** They have a new attribute, input or output, which left out is what the operator did before. */
export const onlyMoreOptions = `
ArgMax:12 ArgMin:12 Attention:24 AveragePool:10,19 CastLike:19,24 Cast:19 Constant:11,12 DepthToSpace:11
DequantizeLinear:13,21,23 GRU:14 GatherND:12 Gemm:11 LSTM:14 LpPool:18 MaxPool:8,10 OptionalHasElement:18 Pad:18
QuantizeLinear:13,19,21,23 RNN:14 Reshape:14 Resize:18 ScatterElements:16 ScatterND:16 Shape:15 TopK:11
`;

/** What else there is, each with its reason. */
export const otherwiseCompatible: Record<string, string> = {
  'AveragePool:11': 'the default of strides is said; it is what it was',
  'AveragePool:22': 'windows that begin in the padding behind are left out, as runtimes did before',
  'Cast:9': 'strings may be cast; models before have none',
  'Cast:13': 'says what is out of range, which was left open',
  'Cast:24': 'a new float8 type, and what infinity becomes in others, in which two runtimes differed',
  'Clip:13': 'says what a minimum above the maximum does, which was left open',
  'Compress:11': 'axes may be negative',
  'Concat:11': 'axes may be negative',
  'Dropout:10': 'the mask is of another type; step 12 takes a mask away that nothing uses, and refuses others',
  'Flatten:11': 'axes may be negative',
  'Gather:11': 'indices may be negative, which was an error',
  'Hardmax:11': 'axes may be negative',
  'If:11': 'branches may return other shapes',
  'LogSoftmax:11': 'axes may be negative',
  'Loop:11': 'says more clearly how values go round',
  'Max:8': 'inputs may have other shapes',
  'Mean:8': 'inputs may have other shapes',
  'Min:8': 'inputs may have other shapes',
  'Sum:8': 'inputs may have other shapes',
  'MaxPool:12': 'the sizes of auto_pad are written in another way and are the same; int8 is taken',
  'MaxPool:22': 'windows that begin in the padding behind are left out, as runtimes did before',
  'Mod:13': 'says what happens at 0 and infinity',
  'OptionalGetElement:18': 'takes tensors and sequences too',
  'Pad:19': 'has a new mode',
  'ReduceL1:11': 'axes may be negative',
  'ReduceL2:11': 'axes may be negative',
  'ReduceLogSum:11': 'axes may be negative',
  'ReduceLogSumExp:11': 'axes may be negative',
  'ReduceMax:11': 'axes may be negative',
  'ReduceMax:13': 'says what an empty set gives',
  'ReduceMean:11': 'axes may be negative',
  'ReduceMin:11': 'axes may be negative',
  'ReduceMin:13': 'says what an empty set gives',
  'ReduceProd:11': 'axes may be negative',
  'ReduceSum:11': 'axes may be negative',
  'ReduceSumSquare:11': 'axes may be negative',
  'Resize:19': 'has another transformation of coordinates and other ways to keep proportions',
  'Scan:11': 'axes may be negative',
  'ScatterElements:18': 'has two more reductions',
  'ScatterND:18': 'has two more reductions',
  'Slice:11': 'axes may be negative; says how to go backwards to the end',
  'Softmax:11': 'axes may be negative',
  'Split:11': 'axes may be negative',
  'Squeeze:11': 'axes may be negative',
  'Unsqueeze:11': 'axes may be negative',
};
