import type { Model } from '../graph/model.js';
import { isExternal } from '../graph/payload.js';
import type { Tensor } from '../graph/tensor.js';
import type { Placing } from './encode.js';

/** Where a tensor begins in a file of external data: pages can be mapped, on every system. */
const ALIGNMENT = 65536;
/** Smaller tensors would waste more than they are. */
const SMALL_ALIGNMENT = 64;

export interface ExternalLayout {
  readonly place: Placing;
  /** What is in the file, in its order. */
  readonly tensors: readonly { readonly offset: number; readonly tensor: Tensor }[];
}

/** Decides which initialisers go to a file beside the model, and where in it. Tensors that are shared are written once. */
export function externalLayout(
  model: Model,
  rules: { external: 'auto' | 'none' | 'all'; threshold: number; location: string; maxBytes: number },
): ExternalLayout {
  const all = new Set<Tensor>();
  for (const graph of model.graphs()) {
    for (const { initializer } of graph.initializers) if (initializer && !initializer.strings) all.add(initializer);
  }
  const inModel = [...all].reduce((sum, { byteLength }) => sum + byteLength, 0);
  const isTooLarge = inModel > rules.maxBytes * 0.98;
  const moves = (tensor: Tensor): boolean => {
    if (rules.external === 'none' || tensor.byteLength < Math.max(1, rules.threshold)) return false;
    return rules.external === 'all' || isTooLarge || isExternal(tensor.payload);
  };
  const offsets = new Map<Tensor, number>();
  const tensors: { offset: number; tensor: Tensor }[] = [];
  let end = 0;
  for (const tensor of all) {
    if (!moves(tensor)) continue;
    const alignment = tensor.byteLength >= ALIGNMENT ? ALIGNMENT : SMALL_ALIGNMENT;
    const offset = Math.ceil(end / alignment) * alignment;
    offsets.set(tensor, offset);
    tensors.push({ offset, tensor });
    end = offset + tensor.byteLength;
  }
  const place: Placing = (tensor, isInitializer) => {
    const offset = isInitializer ? offsets.get(tensor) : undefined;
    if (offset === undefined) return undefined;
    return [
      { key: 'location', value: rules.location },
      { key: 'offset', value: String(offset) },
      { key: 'length', value: String(tensor.byteLength) },
    ];
  };
  return { place, tensors };
}
