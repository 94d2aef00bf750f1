import type { PlanHeader, PlanTensor } from '../../plan/header.js';
import { constantLayers } from './layer-order.js';
import type { ModelShapes } from './model-shapes.js';
import { planShapes, tensorBytes } from './plan-shapes.js';

/** What a plan would take on a GPU. An estimate: the plan does not say, and TensorRT does not either before it is loaded. */
export interface PlanMemory {
  /** Of the plan, whose weights become about as large on the device; and of the model's weights where the plan has none. */
  readonly weightsBytes: number;
  /** What the largest layer reads and writes, in the largest shapes of all profiles. */
  readonly layerBytes: number;
  /** Its name; '' where no size is known. */
  readonly layer: string;
  /** Both together. */
  readonly totalBytes: number;
  /** Layers that read or write something of unknown size, and count with the rest of it. */
  readonly unknownLayers: number;
}

/** Layers may be fused, which takes less, and have scratch memory, which takes more. */
export function planMemory(header: PlanHeader, known?: ModelShapes): PlanMemory {
  const { layers, inputs, payload, stripped, model } = header;
  const isConstant = constantLayers(layers, (place) => layers[place]?.type === 'CONSTANT');
  const tensors = new Map<string, PlanTensor>(inputs.map((tensor) => [tensor.name, tensor]));
  for (const [place, { outputs }] of layers.entries()) {
    if (!isConstant[place]) for (const tensor of outputs) tensors.set(tensor.name, tensor);
  }
  let [layerBytes, layer] = [0, ''];
  const unknown = new Set<number>();
  for (let profile = 0; profile < Math.max(1, header.profiles.length); profile++) {
    const shapes = planShapes(header, 'max', { profile, model: known?.max[profile] });
    for (const [place, { name, inputs: read, outputs }] of layers.entries()) {
      if (isConstant[place]) continue;
      let bytes = 0;
      for (const tensor of new Set([...read, ...outputs.map((output) => output.name)])) {
        const found = tensors.get(tensor);
        const size = found ? tensorBytes(found, shapes) : 0;
        if (size === null) unknown.add(place);
        bytes += size ?? 0;
      }
      if (bytes > layerBytes) [layerBytes, layer] = [bytes, name];
    }
  }
  const weightsBytes = payload.bytes + (stripped ? model.bytes : 0);
  return { weightsBytes, layerBytes, layer, totalBytes: weightsBytes + layerBytes, unknownLayers: unknown.size };
}
