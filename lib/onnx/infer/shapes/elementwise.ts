import type { NodeView } from '../node-view.js';
import { broadcast, type Dims } from './dims.js';
import { forAll, one, type ShapeTable, sameAs } from './rule.js';

/** What works element by element. */
export const elementwise: ShapeTable = {
  ...forAll(
    `Abs Acos Acosh Asin Asinh Atan Atanh Bernoulli BitCast BitwiseNot Cast CastLike Ceil Celu Clip Cos Cosh CumProd CumSum
     DequantizeLinear Dropout Elu Erf Exp EyeLike Floor Gelu Hardmax HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu
     Log LogSoftmax LpNormalization LRN MeanVarianceNormalization Mish Neg Not PRelu QuantizeLinear RandomNormalLike
     RandomUniformLike Reciprocal RegexFullMatch Relu ReverseSequence Round Scatter ScatterElements ScatterND Selu Shrink
     Sigmoid Sign Sin Sinh Softmax Softplus Softsign Sqrt Swish Tan Tanh TensorScatter ThresholdedRelu Trilu
     GroupNormalization InstanceNormalization RMSNormalization RotaryEmbedding Affine ImageScaler ParametricSoftplus Scale
     ScaledTanh SimplifiedLayerNormalization`,
    sameAs(0),
  ),
  SimplifiedLayerNormalization: one((view) => view.dims(0)),
  ...forAll('Add And Div Equal Greater GreaterOrEqual Less LessOrEqual Mod Mul Or Pow Sub Xor', one(binary)),
  ...forAll('BitShift BitwiseAnd BitwiseOr BitwiseXor StringConcat Where', one(allInputs)),
  ...forAll(
    'Max Mean Min Sum',
    one((view) => (view.isBefore(8) ? view.dims(0) : allInputs(view))),
  ),
  DynamicQuantizeLinear: (view) => [view.dims(0), [], []],
};

/** Before operator set 7 an attribute says how the second is laid over the first, which gives the shape. */
function binary(view: NodeView): Dims | undefined {
  return view.isBefore(7) ? view.dims(0) : allInputs(view);
}

function allInputs(view: NodeView): Dims | undefined {
  return broadcast(view.inputs.map((_, i) => view.dims(i)));
}
