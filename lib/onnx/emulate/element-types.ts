import type { ElementType } from '../graph/element-types.js';
import { elementTypeOf } from '../graph/element-types.js';
import type { Graph } from '../graph/graph.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';

/** What is known of the element types of values. */
export type KnownTypes = ReadonlyMap<Value, ElementType>;

const BOOLEAN = new Set([
  'Equal', 'Greater', 'Less', 'GreaterOrEqual', 'LessOrEqual', 'And', 'Or', 'Xor', 'Not', 'IsNaN', 'IsInf', 'RegexFullMatch',
  'OptionalHasElement',
]); // biome-ignore format: a list
const INT64 = new Set([
  'Shape',
  'Size',
  'NonZero',
  'ArgMax',
  'ArgMin',
  'NonMaxSuppression',
  'SequenceLength',
  'TfIdfVectorizer',
]);
const INT32 = new Set(['ConvInteger', 'MatMulInteger']);
/** Whose result has the type of the second, or third input. */
const SECOND = new Set(['Where', 'CastLike', 'DequantizeLinear']);
const THIRD = new Set(['OneHot']);
/** Whose results are no tensors, or depend on something else. */
const OTHER = /^(Sequence|Optional|SplitToSequence|Concat.*Sequence|StringSplit|ImageDecoder|If|Loop|Scan)/;
/** Further outputs that are not of the type of the first. */
const FURTHER: Record<string, readonly (ElementType | undefined)[]> = {
  TopK: [undefined, 'int64'],
  Unique: [undefined, 'int64', 'int64', 'int64'],
  MaxPool: [undefined, 'int64'],
  Dropout: [undefined, 'bool'],
  LayerNormalization: [undefined, 'float32', 'float32'],
  DynamicQuantizeLinear: ['uint8', 'float32', 'uint8'],
};
const TYPE_ATTRIBUTES = ['to', 'dtype', 'output_dtype', 'output_datatype'];

/**
 * Element types of the values of a graph and of the graphs in it, whose nodes are in order: those that the file states, and
 * what follows from them through ONNX's own operators.
 */
export function elementTypes(graph: Graph, known = new Map<Value, ElementType>()): Map<Value, ElementType> {
  for (const value of graph.values) if (value.elementType) known.set(value, value.elementType);
  for (const node of graph.nodes) {
    const inner = node.subgraphs;
    for (const subgraph of inner) {
      if (node.is('Loop', 'Scan')) passToBody(node, subgraph, known);
      elementTypes(subgraph, known);
    }
    node.outputs.forEach((output, i) => {
      if (!output || known.has(output)) return;
      const type = inner.length > 0 ? ofSubgraph(node, i, known) : outputType(node, i, known);
      if (type) known.set(output, type);
    });
  }
  return known;
}

/** A body's inputs need not state their types: they are those of the node's inputs. */
function passToBody(node: Node, body: Graph, known: Map<Value, ElementType>): void {
  body.inputs.forEach((value, i) => {
    const given = node.inputs[i];
    const type = node.is('Loop') && i < 2 ? (i === 0 ? 'int64' : 'bool') : given && known.get(given);
    if (type && !value.elementType) known.set(value, type);
  });
}

/** If returns what its branches return; Loop too, behind a condition; Scan too. */
function ofSubgraph(node: Node, index: number, known: KnownTypes): ElementType | undefined {
  const [body] = node.subgraphs;
  const result = body?.outputs[node.is('Loop') ? index + 1 : index];
  return result && known.get(result);
}

function outputType(node: Node, index: number, known: KnownTypes): ElementType | undefined {
  const { opType, inputs } = node;
  const of = (at: number) => {
    const input = inputs[at];
    return input && known.get(input);
  };
  if (node.domain !== '') return undefined;
  const further = FURTHER[opType]?.[index];
  if (further) return further;
  if (opType === 'Constant') return node.constantOutput?.elementType;
  if (opType === 'ConstantOfShape') return node.tensor('value')?.elementType ?? 'float32';
  for (const name of TYPE_ATTRIBUTES) {
    const entry = node.attributes.get(name);
    if (entry?.type === 'int' && entry.value !== 0n) return elementTypeOf(Number(entry.value));
  }
  if (BOOLEAN.has(opType)) return 'bool';
  if (opType === 'TfIdfVectorizer') return 'float32';
  if (INT64.has(opType)) return 'int64';
  if (INT32.has(opType)) return 'int32';
  if (opType === 'QuantizeLinear') return of(2) ?? 'uint8';
  if (opType === 'QLinearConv' || opType === 'QLinearMatMul') return of(7) ?? of(0);
  if (opType === 'RandomNormal' || opType === 'RandomUniform' || opType.endsWith('Window')) return 'float32';
  if (opType === 'Multinomial') return 'int32';
  if (SECOND.has(opType)) return of(1);
  if (THIRD.has(opType)) return of(2);
  return OTHER.test(opType) ? undefined : of(0);
}
