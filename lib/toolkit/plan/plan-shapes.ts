import type { PlanHeader, PlanLayer, PlanTensor } from '../../plan/header.js';
import { type KnownDims, type KnownShape, shapeOf } from './known-shape.js';
import { layerOrder } from './layer-order.js';
import type { NamedDims } from './model-shapes.js';
import { outputDims } from './output-dims.js';

/** What the caster of this library puts behind the name of a value. */
const CAST_SUFFIX = /_(fp16|bf16|fp32)$/;

/**
 * Shapes of the tensors of a plan, with its inputs at one shape of a profile. A plan says of inner tensors which sizes are
 * open, not how large they become: that is what `model` says, or is worked out where the kind of layer leaves no doubt.
 */
export function planShapes(
  { inputs, outputs, layers, profiles }: PlanHeader,
  at: 'min' | 'opt' | 'max',
  { profile = 0, model }: { profile?: number; model?: NamedDims | undefined } = {},
): ReadonlyMap<string, KnownShape> {
  const shapes = new Map<string, KnownShape>();
  const sizes = new Map<string, number>();
  for (const { name, dims } of inputs) {
    const given = profiles[profile]?.[name]?.[at];
    const known = dims.map((dim, i) => fixed(dim) ?? given?.[i] ?? null);
    for (const [i, dim] of dims.entries()) {
      const size = known[i];
      if (typeof dim === 'string' && dim !== '' && typeof size === 'number' && !sizes.has(dim)) sizes.set(dim, size);
    }
    shapes.set(name, shapeOf(known));
  }
  // An open size of an output has its name from the model: the same name is the same size.
  const stated = new Map(
    outputs.map(({ name, dims }) => [name, dims.map((dim) => fixed(dim) ?? sizes.get(String(dim)))]),
  );
  for (const place of layerOrder(layers, () => false)) {
    const layer = layers[place] as PlanLayer;
    for (const output of layer.outputs) {
      if (shapes.has(output.name)) continue;
      const found = model?.get(output.name) ?? model?.get(output.name.replace(CAST_SUFFIX, ''));
      const told = found?.length === output.dims.length ? found : stated.get(output.name);
      const own = output.dims.map((dim, i) => fixed(dim) ?? told?.[i] ?? null);
      shapes.set(output.name, completed(layer, own, shapes));
    }
  }
  return shapes;
}

function completed(layer: PlanLayer, own: KnownDims, shapes: ReadonlyMap<string, KnownShape>): KnownShape {
  if (!own.includes(null)) return shapeOf(own);
  const inputs = layer.inputs.map((name) => shapes.get(name));
  return outputDims(layer.type, own, inputs);
}

function fixed(dim: number | string): number | null {
  return typeof dim === 'number' && dim >= 0 ? dim : null;
}

/** Bits of an element, by the names that plans have for types. */
const BITS: Readonly<Record<string, number>> = {
  bool: 8, int8: 8, uint8: 8, int32: 32, int64: 64, float16: 16, bfloat16: 16, float32: 32, float64: 64,
  float8e4m3fn: 8, float8e5m2: 8, float8e8m0: 8, int4: 4, uint4: 4, float4e2m1: 4, fp8: 8, fp4: 4, e8m0: 8,
}; // biome-ignore format: a list

/** Bytes of a tensor, or null. */
export function tensorBytes({ name, type }: PlanTensor, shapes: ReadonlyMap<string, KnownShape>): number | null {
  const count = shapes.get(name)?.count ?? null;
  const bits = Object.hasOwn(BITS, type) ? BITS[type] : undefined;
  return count === null || bits === undefined ? null : Math.ceil((count * bits) / 8);
}
