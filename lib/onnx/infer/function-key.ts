import type { NodeView } from './node-view.js';

/** What names a function of a model. */
export function functionKey(of: { readonly domain: string; readonly name: string; readonly overload: string }): string {
  const domain = of.domain === 'ai.onnx' ? '' : of.domain;
  return JSON.stringify([domain, of.name, of.overload]);
}

const numbers = new WeakMap<object, number>();
let next = 0;

/** Equal for calls of a function that mean the same: what is known of the inputs, and the attributes. */
export function callKey(view: NodeView): string {
  const attributes = [...view.node.attributes.keys()].sort().map((name) => {
    const found = view.attribute(name);
    return [name, found?.type, found && plain(found.value)];
  });
  return JSON.stringify([view.inputs, attributes], (_, value: unknown) => (value === undefined ? '?' : value));
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return new TextDecoder('latin1').decode(value);
  if (Array.isArray(value) && value.length < 100 && typeof value[0] !== 'object') return value.map(plain);
  // Tensors and graphs are told apart by what they are, not by what is in them.
  const number = numbers.get(value) ?? next++;
  numbers.set(value, number);
  return { number };
}
