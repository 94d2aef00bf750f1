import { elementCount } from '../graph/tensor.js';
import type { Dim } from '../graph/value-type.js';
import { constantFact, elementTypeOfFact, type Fact, MAX_DATA, type TensorFact } from './fact.js';
import type { NodeView } from './node-view.js';
import { shapeRange } from './shapes/creation.js';
import { addDims, allNumbers, axisOf, type Dims, multiplyDims } from './shapes/dims.js';
import { positions, sliceAxes } from './shapes/slice.js';

/**
 * Elements of small tensors, followed from shapes through what models compute of them. `result`: type and shape of the
 * node's output, the shape of numbers only. undefined: not followed.
 */
type DataRule = (view: NodeView, result: Followed) => readonly Dim[] | undefined;

interface Followed {
  readonly elementType: string;
  readonly dims: readonly number[];
}

/** Elements of a node's first output; undefined where they are not followed. */
export function followData(view: NodeView, fact: Fact | undefined): readonly Dim[] | undefined {
  const { node } = view;
  if (node.domain !== '' || fact?.kind !== 'tensor' || !Object.hasOwn(rules, node.opType)) return undefined;
  const dims = allNumbers(fact.dims);
  if (!dims || !FOLLOWED.includes(fact.elementType ?? '') || elementCount(dims) > MAX_DATA) return undefined;
  const data = rules[node.opType]?.(view, { elementType: fact.elementType ?? '', dims });
  if (data?.length !== elementCount(dims)) return undefined;
  return data.map((value) => (typeof value === 'number' ? stored(value, fact.elementType ?? '') : value));
}

const FOLLOWED: readonly string[] = ['int64', 'int32', 'bool', 'float32', 'float64'];

/** A number as a tensor of this type holds it; null where it would run over. */
function stored(value: number, type: string): Dim {
  if (type === 'float32') return Math.fround(value);
  if (type === 'float64') return value;
  if (type === 'bool') return value ? 1 : 0;
  if (type === 'int32' && Math.abs(value) >= 2 ** 31) return null;
  return Number.isSafeInteger(value) ? value : null;
}

const rules: Readonly<Record<string, DataRule>> = {
  Constant: (view) => {
    const tensor = view.node.constantOutput;
    return tensor && (constantFact(tensor) as TensorFact).data;
  },
  ConstantOfShape: (view, { dims }) => {
    const tensor = view.tensor('value');
    const value = tensor ? tensor.numbers(1)?.[0] : 0;
    return value === undefined ? undefined : new Array<Dim>(elementCount(dims)).fill(value);
  },
  Shape: (view) => {
    const dims = view.dims(0);
    return dims && shapeRange(view, dims.length).map((axis) => dims[axis] ?? null);
  },
  Size: (view) => {
    const dims = view.dims(0);
    return dims && [dims.reduce(multiplyDims, 1)];
  },
  Range: (view, { dims }) => {
    const [start, delta] = [view.numbers(0)?.[0], view.numbers(2)?.[0]];
    return start === undefined || delta === undefined
      ? undefined
      : Array.from({ length: dims[0] ?? 0 }, (_, i) => start + i * delta);
  },
  Identity: (view) => view.data(0),
  Reshape: (view) => view.data(0),
  Squeeze: (view) => view.data(0),
  Unsqueeze: (view) => view.data(0),
  Flatten: (view) => view.data(0),
  Cast: (view, { elementType }) => {
    const isWhole = elementType.startsWith('int');
    if (elementType === 'bool') return view.numbers(0);
    return view.data(0)?.map((value) => (typeof value === 'number' && isWhole ? Math.trunc(value) : value));
  },
  Floor: (view) => view.data(0)?.map((value) => (typeof value === 'number' ? Math.floor(value) : value)),
  Ceil: (view) => view.data(0)?.map((value) => (typeof value === 'number' ? Math.ceil(value) : value)),
  Neg: (view) => view.data(0)?.map((value) => (typeof value === 'number' ? -value : null)),
  Not: (view) => view.data(0)?.map((value) => (typeof value === 'number' ? Number(!value) : null)),
  Add: elementwise(addDims),
  Sub: elementwise((a, b) => (b === 0 ? a : a === b && a !== null ? 0 : numbers(a, b, (x, y) => x - y))),
  Mul: elementwise(multiplyDims, (a, b) => a * b),
  Div: (view, result) => {
    const isWhole = result.elementType.startsWith('int');
    const divide = (a: number, b: number) => (isWhole ? Math.trunc(a / b) : a / b);
    return elementwise((a, b) => (b === 1 ? a : b === 0 ? null : numbers(a, b, divide)))(view, result);
  },
  Min: elementwise((a, b) => (a === b ? a : numbers(a, b, Math.min))),
  Max: elementwise((a, b) => (a === b ? a : numbers(a, b, Math.max))),
  // Sizes with names are never negative.
  Equal: elementwise((a, b) => {
    if (typeof a === 'number' && typeof b === 'number') return Number(a === b);
    if (a !== null && a === b) return 1;
    const [number, other] = typeof a === 'number' ? [a, b] : [b, a];
    return typeof number === 'number' && number < 0 && typeof other === 'string' ? 0 : null;
  }),
  Where: (view, { dims }) => {
    const [condition, yes, no] = [0, 1, 2].map((i) => spread(view.data(i), view.dims(i), dims));
    return condition?.map((value, i) => {
      const [a, b] = [yes?.[i] ?? null, no?.[i] ?? null];
      return typeof value === 'number' ? (value ? a : b) : a === b ? a : null;
    });
  },
  Expand: (view, { dims }) => spread(view.data(0), view.dims(0), dims),
  ReduceProd: (view, { dims }) => (elementCount(dims) === 1 ? all(view, multiplyDims, 1) : undefined),
  ReduceSum: (view, { dims }) => (elementCount(dims) === 1 ? all(view, addDims, 0) : undefined),
  Concat: (view, { dims }) => {
    const axis = axisOf(view.int('axis', 1), dims.length);
    const parts = view.inputs.map((_, i) => ({ data: view.data(i), dims: allNumbers(view.dims(i)) }));
    if (axis === undefined || parts.some((part) => !part.data || !part.dims)) return undefined;
    // In runs from the axis on, as many as there are elements before it.
    const runs = elementCount(dims.slice(0, axis));
    return Array.from({ length: runs }, (_, run) =>
      parts.flatMap(({ data = [], dims: shape = [] }) => {
        const length = elementCount(shape.slice(axis));
        return data.slice(run * length, (run + 1) * length);
      }),
    ).flat();
  },
  Gather: (view, { dims }) => {
    const source = allNumbers(view.dims(0));
    const axis = source && axisOf(view.int('axis', 0), source.length);
    const indices = view.numbers(1);
    const data = view.data(0);
    if (!source || axis === undefined || !indices || !data) return undefined;
    const depth = (view.dims(1) as Dims).length;
    return picked(data, source, dims, (place) => {
      const taken = place.slice(axis, axis + depth);
      const shape = dims.slice(axis, axis + depth);
      const index = indices[taken.reduce((at, i, k) => at * (shape[k] ?? 1) + i, 0)] ?? -1;
      const size = source[axis] ?? 0;
      return [...place.slice(0, axis), index < 0 ? index + size : index, ...place.slice(axis + depth)];
    });
  },
  Slice: (view, { dims }) => {
    const source = allNumbers(view.dims(0));
    const data = view.data(0);
    const axes = source && sliceAxes(view, source.length);
    if (!source || !data || !axes) return undefined;
    const steps = source.map(() => ({ first: 0, step: 1 }));
    for (const { axis, start, end, step } of axes) {
      if (typeof start !== 'number' || typeof end !== 'number' || !step) return undefined;
      steps[axis] = { first: positions(source[axis] ?? 0, start, end, step).first, step };
    }
    return picked(data, source, dims, (place) =>
      place.map((i, k) => (steps[k]?.first ?? 0) + i * (steps[k]?.step ?? 1)),
    );
  },
  Transpose: (view, { dims }) => {
    const source = allNumbers(view.dims(0));
    const data = view.data(0);
    const order = source && view.ints('perm', [...source.keys()].reverse());
    if (!source || !data || order?.length !== source.length) return undefined;
    return picked(data, source, dims, (place) => source.map((_, axis) => place[order.indexOf(axis)] ?? 0));
  },
};

function numbers(a: Dim, b: Dim, compute: (a: number, b: number) => number): Dim {
  return typeof a === 'number' && typeof b === 'number' ? compute(a, b) : null;
}

function elementwise(compute: (a: Dim, b: Dim) => Dim, ofFloats?: (a: number, b: number) => number): DataRule {
  return (view, { dims, elementType }) => {
    if (view.isBefore(7) || view.inputs.length !== 2) return undefined;
    const [a, b] = [spread(view.data(0), view.dims(0), dims), spread(view.data(1), view.dims(1), dims)];
    const isFloat = elementType.startsWith('float') || elementTypeOfFact(view.inputs[0])?.startsWith('float');
    return a?.map((value, i) => {
      const other = b?.[i] ?? null;
      const both = typeof value === 'number' && typeof other === 'number';
      if (isFloat && both && ofFloats) return ofFloats(value, other);
      if (isFloat && both && compute === addDims) return value + other;
      return compute(value, other);
    });
  };
}

/** Elements of a tensor as one of the shape `dims`, to which it is broadcast. */
function spread(data: readonly Dim[] | undefined, from: Dims | undefined, dims: readonly number[]) {
  const source = allNumbers(from);
  if (!data || !source || source.length > dims.length) return undefined;
  const skipped = dims.length - source.length;
  return picked(data, source, dims, (place) => source.map((size, i) => (size === 1 ? 0 : (place[i + skipped] ?? 0))));
}

function all(view: NodeView, combine: (a: Dim, b: Dim) => Dim, start: number): readonly Dim[] | undefined {
  const data = view.data(0);
  return data && [data.reduce(combine, start)];
}

/** Elements of a tensor of shape `dims`, each from the place in `source` that `from` says. */
function picked(
  data: readonly Dim[],
  source: readonly number[],
  dims: readonly number[],
  from: (place: readonly number[]) => readonly number[],
): Dim[] {
  const place = dims.map(() => 0);
  return Array.from({ length: elementCount(dims) }, () => {
    const at = from(place).reduce((sum, i, k) => sum * (source[k] ?? 1) + i, 0);
    for (let k = dims.length - 1; k >= 0; k--) {
      place[k] = (place[k] ?? 0) + 1;
      if ((place[k] ?? 0) < (dims[k] ?? 0)) break;
      place[k] = 0;
    }
    return data[at] ?? null;
  });
}
