import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import type { ConstantPlace } from './rule.js';

/** Every constant of a model: initialisers, dense and sparse, and tensors in attributes. */
export function* constantPlaces(model: Model): Generator<ConstantPlace> {
  for (const graph of model.graphs()) {
    for (const value of graph.initializers) {
      if (value.initializer) yield { tensor: value.initializer, value, node: undefined, graph };
    }
    for (const [value, sparse] of graph.sparse) {
      if (sparse.values) yield { tensor: sparse.values, value, node: undefined, graph };
    }
    yield* inAttributes(graph);
  }
}

function* inAttributes(graph: Graph): Generator<ConstantPlace> {
  for (const node of graph.nodes) {
    for (const attribute of node.attributes.values()) {
      const value = node.is('Constant') ? node.outputs[0] : undefined;
      if (attribute.type === 'tensor') yield { tensor: attribute.value, value, node, graph };
      else if (attribute.type === 'tensors') for (const tensor of attribute.value) yield { tensor, value, node, graph };
      else if (attribute.type === 'sparseTensor' && attribute.value.values) {
        yield { tensor: attribute.value.values, value, node, graph };
      }
    }
  }
}
