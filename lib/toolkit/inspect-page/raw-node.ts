import { rawByteLength } from '../../onnx/graph/element-types.js';
import type { Node } from '../../onnx/graph/node.js';
import type { Tensor } from '../../onnx/graph/tensor.js';
import type { Value } from '../../onnx/graph/value.js';
import { operatorName } from '../../onnx/lint/context.js';
import { dimsText } from '../plan/plan-facts.js';
import type { RawLayer, RawTensor } from './arrange.js';

/** A node of the main graph. Constants that are in `counted` were counted at another node, and the others are then. */
export function rawNode(node: Node, counted: Set<Tensor>): RawLayer {
  const outer = new Set<string>();
  let weightBytes = 0;
  const count = (tensor: Tensor | undefined) => {
    if (tensor === undefined || counted.has(tensor)) return;
    counted.add(tensor);
    weightBytes += tensor.byteLength;
  };
  const take = (value: Value | undefined) => {
    if (value === undefined) return;
    count(value.initializer);
    count(value.graph.sparse.get(value)?.values);
    if (value.graph === node.graph) outer.add(value.name);
  };
  for (const input of node.inputs) take(input);
  countAttributes(node, count);
  for (const graph of node.subgraphs) {
    for (const inner of graph.allNodes()) {
      for (const input of inner.inputs) take(input);
      countAttributes(inner, count);
    }
    for (const part of graph.withSubgraphs()) for (const output of part.outputs) take(output);
  }
  return {
    name: node.name || node.outputs.find((output) => output)?.name || '',
    type: operatorName(node),
    kind: node.is('Constant') ? 'constant' : 'layer',
    inputs: [...outer],
    outputs: node.outputs.filter((output) => output !== undefined).map(rawValue),
    weightBytes,
  };
}

function countAttributes(node: Node, count: (tensor: Tensor | undefined) => void): void {
  for (const attribute of node.attributes.values()) {
    if (attribute.type === 'tensor') count(attribute.value);
    else if (attribute.type === 'tensors') for (const tensor of attribute.value) count(tensor);
    else if (attribute.type === 'sparseTensor') count(attribute.value.values);
  }
}

/** What a page says of a value: type, shape and bytes as far as they are known. */
export function rawValue(value: Value): RawTensor {
  const { name, dims } = value;
  const tensor = value.constant;
  if (tensor) return rawTensor(name, tensor);
  const type = value.type?.kind === 'other' ? 'no tensor' : (value.elementType ?? '');
  const isKnown = dims?.every((dim): dim is number => typeof dim === 'number');
  const count = isKnown ? dims?.reduce<number>((all, dim) => all * Number(dim), 1) : undefined;
  const element = value.type?.kind === 'other' ? undefined : value.elementType;
  const isSized = count !== undefined && element !== undefined && element !== 'undefined' && element !== 'string';
  return {
    name,
    type: type === 'undefined' ? '' : type,
    dims: dims === undefined ? '' : dimsText(dims),
    bytes: isSized ? rawByteLength(element, count) : null,
  };
}

export function rawTensor(name: string, { elementType, dims, byteLength }: Tensor): RawTensor {
  return { name, type: elementType, dims: dimsText(dims), bytes: byteLength };
}
