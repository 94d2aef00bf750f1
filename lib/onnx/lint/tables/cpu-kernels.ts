// What ONNX Runtime 1.30 says on the CPU of models of one operator in 16 bits; test/onnx/lint/cpu-kernels.test.ts asks it.

const names = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/));

/** Operators that it does not run with bfloat16: the model is refused. */
export const withoutBfloat16 = names(`
  Abs Acos Acosh Add AffineGrid ArgMax ArgMin Asin Asinh Atan Atanh Attention AveragePool BatchNormalization Bernoulli
  Ceil
  CenterCropPad Col2Im Conv ConvTranspose Cos Cosh DFT DeformConv DepthToSpace DequantizeLinear Det Div Dropout Elu
  Erf Exp Expand Floor GRU Gelu Gemm GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample
  GroupNormalization HardSigmoid HardSwish Hardmax InstanceNormalization LRN LSTM LeakyRelu Less LessOrEqual Log
  LogSoftmax LpNormalization LpPool MatMul Max MaxPool MaxUnpool Mean Min Mish Mod Mul Neg NegativeLogLikelihoodLoss
  PRelu Pad Pow QLinearMatMul QuantizeLinear RMSNormalization RNN Reciprocal ReduceL1 ReduceL2 ReduceLogSum ReduceMax
  ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu Resize RoiAlign RotaryEmbedding Round STFT Selu Sigmoid Sin
  Sinh Size Softmax Softplus Softsign SpaceToDepth Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Tile TopK Where
`);

/** Operators that it runs with float16 by casts to float32 before and behind. */
export const castForFloat16 = names(`
  Abs Acos Acosh Add AffineGrid ArgMax ArgMin Asin Asinh Atan Atanh AveragePool BatchNormalization Ceil CenterCropPad
  Col2Im Conv ConvTranspose Cos Cosh DFT DeformConv DepthToSpace Det Div Dropout Elu Erf Exp Floor GRU Gelu Gemm
  GlobalAveragePool GlobalMaxPool Greater GreaterOrEqual GridSample GroupNormalization HardSigmoid HardSwish Hardmax
  InstanceNormalization LRN LSTM LeakyRelu Less LessOrEqual Log LogSoftmax LpNormalization LpPool MatMul MaxPool
  MaxUnpool Mean Mish Mul Neg NegativeLogLikelihoodLoss OneHot PRelu Pad Pow QLinearMatMul RNN Reciprocal ReduceL1
  ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare Relu
  Resize STFT Selu Sigmoid Sin Sinh Size Softmax SoftmaxCrossEntropyLoss Softplus Softsign SpaceToDepth Sqrt Sub Sum
  Swish Tan Tanh ThresholdedRelu Tile TopK Unique Where
`);
