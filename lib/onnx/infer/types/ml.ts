import type { ElementType } from '../../graph/element-types.js';
import { elementTypeOfFact } from '../fact.js';
import type { NodeView } from '../node-view.js';
import { ruleTable } from './rule.js';

/** Element types of the outputs of operators of 'ai.onnx.ml'. What makes maps has none. */
export const mlTypes = ruleTable({
  'ArrayFeatureExtractor Binarizer Imputer TreeEnsemble': [0],
  'FeatureVectorizer LinearRegressor Normalizer OneHotEncoder SVMRegressor Scaler TreeEnsembleRegressor': ['float32'],
  LinearClassifier: [byLabels('classlabels_strings', 'classlabels_ints'), 'float32'],
  SVMClassifier: [byLabels('classlabels_strings', 'classlabels_ints'), 'float32'],
  TreeEnsembleClassifier: [byLabels('classlabels_strings', 'classlabels_int64s'), 'float32'],
  CategoryMapper: [(view) => (elementTypeOfFact(view.inputs[0]) === 'string' ? 'int64' : 'string')],
  CastMap: [castMap],
  LabelEncoder: [labelEncoder],
});

function byLabels(strings: string, ints: string): (view: NodeView) => ElementType | undefined {
  return (view) => (view.has(strings) ? 'string' : view.has(ints) ? 'int64' : undefined);
}

function castMap(view: NodeView): ElementType | undefined {
  const names: Record<string, ElementType> = { TO_FLOAT: 'float32', TO_STRING: 'string', TO_INT64: 'int64' };
  return names[view.string('cast_to', 'TO_FLOAT')];
}

function labelEncoder(view: NodeView): ElementType | undefined {
  if (view.has('classes_strings')) return elementTypeOfFact(view.inputs[0]) === 'string' ? 'int64' : 'string';
  if (view.has('values_strings')) return 'string';
  if (view.has('values_int64s')) return 'int64';
  if (view.has('values_floats')) return 'float32';
  return view.tensor('values_tensor')?.elementType;
}
