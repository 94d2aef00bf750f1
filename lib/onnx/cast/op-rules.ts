import type { Node } from '../graph/node.js';
import type { LowPrecision } from './forms.js';

/**
 * What casting makes of an operator, beyond whether ONNX has a form of it in the low precision.
 *
 * Note "accumulation": matrix products and convolutions are cast, since TensorRT and ONNX Runtime add their products up
 * in float32. What NVIDIA's guide to mixed precision keeps in float32 is what squares, exponentiates or adds up by nodes
 * of its own: those values leave the range of float16, or lose small terms, between the nodes. A normalisation that is one
 * node (LayerNormalization and its like) is computed in float32 inside by TensorRT, and is cast.
 */
export type OpRule =
  /** Computes with values, and 16 bits do for it. */
  | 'compute'
  /** Moves, selects or compares values: exact in any precision, so it follows what is around it. */
  | 'data'
  /** Exponentials, powers, sums over many values: low only where samples show that its values stay small. */
  | 'sensitive'
  /** Stays float32. */
  | 'never';

const data = [
  'ArgMax', 'ArgMin', 'CenterCropPad', 'Compress', 'Concat', 'ConstantOfShape', 'DepthToSpace', 'Dropout', 'Equal', 'Expand',
  'Flatten', 'Gather', 'GatherElements', 'GatherND', 'Greater', 'GreaterOrEqual', 'Identity', 'IsInf', 'IsNaN', 'Less',
  'LessOrEqual', 'Max', 'MaxPool', 'MaxUnpool', 'Min', 'NonZero', 'Pad', 'ReduceMax', 'ReduceMin', 'Relu', 'Reshape',
  'ReverseSequence', 'ScatterElements', 'ScatterND', 'Shape', 'Size', 'Slice', 'SpaceToDepth', 'Split', 'Squeeze', 'Tile',
  'TopK', 'Transpose', 'Trilu', 'Unsqueeze', 'Where',
] as const; // biome-ignore format: a list

/** With what is delicate in them, for the report. */
const sensitive: Readonly<Record<string, string>> = {
  Exp: 'an exponential',
  Log: 'a logarithm',
  Pow: 'a power',
  Softplus: 'an exponential',
  Softmax: 'exponentials and their sum',
  LogSoftmax: 'exponentials and their sum',
  ReduceL1: 'a sum',
  ReduceL2: 'a sum of squares',
  ReduceLogSum: 'a sum',
  ReduceLogSumExp: 'exponentials and their sum',
  ReduceMean: 'a sum',
  ReduceProd: 'a product',
  ReduceSum: 'a sum',
  ReduceSumSquare: 'a sum of squares',
  CumSum: 'a running sum',
  CumProd: 'a running product',
  LpNormalization: 'a sum of squares',
  LpPool: 'a sum of powers',
  GlobalLpPool: 'a sum of powers',
  LRN: 'a sum of squares',
  Sinh: 'an exponential',
  Cosh: 'an exponential',
};

/** With the reason. */
const never: Readonly<Record<string, string>> = {
  If: 'what goes into and out of branches keeps its type',
  Loop: 'what goes into and out of loops keeps its type',
  Scan: 'what goes into and out of loops keeps its type',
  SequenceMap: 'sequences keep their type',
  SequenceConstruct: 'sequences keep their type',
  SequenceInsert: 'sequences keep their type',
  SequenceAt: 'sequences keep their type',
  SplitToSequence: 'sequences keep their type',
  ConcatFromSequence: 'sequences keep their type',
  Optional: 'optional values keep their type',
  OptionalGetElement: 'optional values keep their type',
  QuantizeLinear: 'quantisation keeps its scales in float32',
  DequantizeLinear: 'quantisation keeps its scales in float32',
  DynamicQuantizeLinear: 'quantisation keeps its scales in float32',
  RandomNormal: 'random numbers keep their type',
  RandomNormalLike: 'random numbers keep their type',
  RandomUniform: 'random numbers keep their type',
  RandomUniformLike: 'random numbers keep their type',
  Bernoulli: 'random numbers keep their type',
  Multinomial: 'random numbers keep their type',
  EyeLike: 'its type is that of its input or attribute',
  CastLike: 'its type is that of its second input',
  BitCast: 'it takes the bits of its input for another type',
  MeanVarianceNormalization: 'ONNX Runtime has it in float32 only',
  Range: 'sixteen bits cannot count far',
  DFT: 'a Fourier transform adds up many values',
  STFT: 'a Fourier transform adds up many values',
  MelWeightMatrix: 'a table of weights',
  Det: 'a product of many values',
  Unique: 'values that differ little would become the same',
  TfIdfVectorizer: 'it counts',
};

/** The same for bfloat16 alone. */
const neverInBfloat16: Readonly<Record<string, string>> = {
  ConvTranspose: 'TensorRT-RTX 1.7 cannot build it in bfloat16',
};

const dataSet: ReadonlySet<string> = new Set(data);

/** The rule for an operator of ONNX's own domain, with the reason for what does not simply compute. */
export function opRule(opType: string, to: LowPrecision): { rule: OpRule; reason: string } {
  if (to === 'bf16' && Object.hasOwn(neverInBfloat16, opType)) {
    return { rule: 'never', reason: neverInBfloat16[opType] as string };
  }
  if (Object.hasOwn(never, opType)) return { rule: 'never', reason: never[opType] as string };
  if (Object.hasOwn(sensitive, opType)) return { rule: 'sensitive', reason: sensitive[opType] as string };
  return { rule: dataSet.has(opType) ? 'data' : 'compute', reason: '' };
}

/** Inputs of operators that are added to a result of theirs. */
const addedInputs: Readonly<Record<string, readonly number[]>> = {
  BatchNormalization: [2, 3],
  Conv: [2],
  ConvTranspose: [2],
  Gemm: [2],
  GroupNormalization: [2],
  GRU: [3],
  InstanceNormalization: [2],
  LayerNormalization: [2],
  LSTM: [3],
  RNN: [3],
};

/** Whether an operator adds its inputs or takes them as limits: the smallest number of a precision does for a smaller one. */
export function addsInputs(node: Node): boolean {
  return node.is('Add', 'Sub', 'Max', 'Min', 'Clip');
}

/**
 * Whether a weight is added, or a limit. What vanishes of it does no harm then: the result, in the same precision, has no
 * finer steps than what was lost.
 */
export function isAdded(node: Node, index: number): boolean {
  if (addsInputs(node)) return true;
  const added = Object.hasOwn(addedInputs, node.opType) ? addedInputs[node.opType] : undefined;
  return node.domain === '' && added !== undefined && added.includes(index);
}
