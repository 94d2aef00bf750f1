import type { Model } from '../graph/model.js';
import type { Tensor } from '../graph/tensor.js';
import type { Value } from '../graph/value.js';

/** Whether initialisers may be made: before version 4 of the format each had to be an input as well. */
export function canHoldConstants(model: Model): boolean {
  return model.irVersion >= 4;
}

/** Makes an output of a node an initialiser under the same name. The node is left without it. */
export function becomeConstant(value: Value, tensor: Tensor): void {
  const { producer, graph } = value;
  if (producer) producer.setOutput(producer.outputs.indexOf(value), undefined);
  graph.valueInfo.delete(value);
  value.type = undefined;
  graph.setInitializer(value, tensor);
}
