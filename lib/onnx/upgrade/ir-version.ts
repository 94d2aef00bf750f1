import type { Model } from '../graph/model.js';

/** The IR version that came with an operator set, from 7 on. */
const irVersions = [3, 3, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13];
const FIRST = 7;

/** The newest operator set that is known. */
export const NEWEST_OPSET = FIRST + irVersions.length - 1;
/** The oldest that is read. */
export const OLDEST_OPSET = FIRST;

/** The file format that an operator set of ONNX needs. */
export function irVersionFor(opset: number): number {
  return irVersions[opset - FIRST] ?? 0;
}

/** Raises the IR version of a model to what an operator set needs. */
export function raiseIrVersion(model: Model, opset: number): void {
  const { graph, irVersion } = model;
  const needed = irVersionFor(opset);
  if (irVersion >= needed) return;
  // Before 4 all initialisers had to be inputs as well. From then on that would let callers replace them.
  if (irVersion < 4 && needed >= 4) {
    graph.setInputs(graph.inputs.filter(({ initializer }) => !initializer));
  }
  model.irVersion = needed;
}
