/** What the order of layers depends on. */
export interface LinkedLayer {
  /** Names of the tensors that it reads. */
  readonly inputs: readonly string[];
  readonly outputs: readonly { readonly name: string }[];
}

/** By tensor: the layer that makes it. Of several that claim to, the first. */
export function producersOf(layers: readonly LinkedLayer[]): Map<string, number> {
  const producers = new Map<string, number>();
  for (const [i, { outputs }] of layers.entries()) {
    for (const { name } of outputs) if (!producers.has(name)) producers.set(name, i);
  }
  return producers;
}

/**
 * Layers, by their places, in an order in which each comes behind those whose outputs it reads, and what `isLate` says comes
 * right before the first layer that needs it; else the order stays. Layers that wait for one another come in some order.
 */
export function layerOrder(layers: readonly LinkedLayer[], isLate: (place: number) => boolean): number[] {
  const producers = producersOf(layers);
  const order: number[] = [];
  const isSeen = new Uint8Array(layers.length);
  // Places whose inputs are being put in front of them, and how many of those were looked at.
  const open: { place: number; at: number }[] = [];
  const enter = (place: number) => {
    if (isSeen[place]) return;
    isSeen[place] = 1;
    open.push({ place, at: 0 });
    for (let top = open.at(-1); top; top = open.at(-1)) {
      const { inputs } = layers[top.place] as LinkedLayer;
      const before = top.at < inputs.length ? producers.get(inputs[top.at] as string) : undefined;
      if (top.at++ >= inputs.length) {
        order.push(top.place);
        open.pop();
      } else if (before !== undefined && !isSeen[before]) {
        isSeen[before] = 1;
        open.push({ place: before, at: 0 });
      }
    }
  };
  for (let place = 0; place < layers.length; place++) if (!isLate(place)) enter(place);
  for (let place = 0; place < layers.length; place++) enter(place);
  return order;
}

/**
 * Which layers depend on constants only: those that `isConstant` says, and those that read nothing else. `isConstantInput`:
 * tensors that no layer makes and that are constant all the same.
 */
export function constantLayers(
  layers: readonly LinkedLayer[],
  isConstant: (place: number) => boolean,
  isConstantInput: (tensor: string) => boolean = () => false,
): boolean[] {
  const producers = producersOf(layers);
  const found = layers.map(() => false);
  for (const place of layerOrder(layers, () => false)) {
    const { inputs } = layers[place] as LinkedLayer;
    found[place] =
      isConstant(place) ||
      (inputs.length > 0 &&
        inputs.every((name) => {
          const producer = producers.get(name);
          return producer === undefined ? isConstantInput(name) : found[producer] === true;
        }));
  }
  return found;
}
