import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import type { Dim } from '../../graph/value-type.js';
import type { LintContext } from '../context.js';
import { type LintRule, nvidia } from '../rule.js';

/** What NVIDIA's parser refuses of an operator that it knows, and what helps. */
type Refusal = readonly [what: string, hint: string] | undefined;
type Look = (node: Node, context: LintContext) => Refusal;

const LEAVE_OUT = 'Leave the other outputs out where nothing uses them: node-tensorrt optimize IN -o OUT.';

const oneOutput: Look = (node) =>
  node.outputs.slice(1).some(Boolean) ? ['has more than one output', LEAVE_OUT] : undefined;

const pool: Look = (node) => {
  if (node.ints('dilations', [1]).some((dilation) => dilation !== 1)) {
    return ['has dilations other than 1', 'Replace it: a dilated pool is one over shifted slices.'];
  }
  return oneOutput(node, undefined as never);
};

const MODES = ['align_corners', 'tf_half_pixel_for_nn', 'pytorch_half_pixel', 'half_pixel', 'asymmetric'];

const resize: Look = (node) => {
  const again = 'Export without it, or resize before the model (withPreprocessing).';
  if (node.int('antialias', 0) !== 0) return ['has antialias', again];
  const policy = node.string('keep_aspect_ratio_policy', 'stretch');
  if (policy !== 'stretch')
    return [`has keep_aspect_ratio_policy '${printable(policy)}'`, `${again} 'stretch' is taken.`];
  const mode = node.string('coordinate_transformation_mode', 'half_pixel');
  if (!MODES.includes(mode))
    return [`has coordinate_transformation_mode '${printable(mode)}'`, `Use one of ${MODES.join(', ')}.`];
  const axes = node.ints('axes', undefined);
  const scales = node.inputs[2];
  const rank = node.inputs[0]?.dims?.length;
  if (axes && scales && rank !== undefined && axes.some((axis, i) => axis !== i || axes.length !== rank)) {
    return ['has scales for some axes only', 'Give a scale for every axis (1 for the others), and leave axes out.'];
  }
  return undefined;
};

const attention: Look = (node) => {
  if (node.float('softcap', 0) !== 0) return ['has softcap', 'Export attention as single operators.'];
  if (node.outputs.slice(1).some(Boolean))
    return ['has more than one output', 'Keep past keys and values outside of it.'];
  if (node.int('is_causal', 0) !== 0 && node.inputs[3]) {
    return ['has a mask and is_causal', 'Put the causal mask into the mask.'];
  }
  const [key, value] = [node.inputs[1]?.dims, node.inputs[2]?.dims];
  if (key && value && key.length === value.length && key.some((dim, i) => isOtherSize(dim, value[i]))) {
    return ['has keys and values of different shapes', 'Export attention as single operators.'];
  }
  return undefined;
};

const isOtherSize = (a: Dim, b: Dim | undefined) => typeof a === 'number' && typeof b === 'number' && a !== b;

/** Before operator set 20 the axis is an attribute, and only the last but one is taken. */
const dft: Look = (node, { model }) => {
  const rank = node.inputs[0]?.dims?.length;
  if (model.opset >= 20 || rank === undefined) return undefined;
  const axis = node.int('axis', 1);
  if ((axis < 0 ? axis + rank : axis) !== rank - 2)
    return [`transforms axis ${axis} of ${rank}`, 'Transpose before it.'];
  const isReal = node.inputs[0]?.dims?.[rank - 1] === 1;
  if (isReal && node.int('inverse', 0) === 0 && node.int('onesided', 0) === 0) {
    return ['transforms real numbers with onesided 0', 'Set onesided to 1.'];
  }
  return undefined;
};

const squeeze: Look = (node) => {
  const open = node.inputs[0]?.dims?.some((dim) => typeof dim !== 'number');
  const hasAxes = node.inputs[1] !== undefined || node.attributes.has('axes');
  return open && !hasAxes
    ? ['has no axes, and its input is of an open shape', 'Export with the axes stated.']
    : undefined;
};

const looks: Readonly<Record<string, Look>> = {
  Resize: resize,
  Attention: attention,
  DFT: dft,
  Squeeze: squeeze,
  AveragePool: pool,
  MaxPool: pool,
  LpPool: (node) => {
    const p = node.int('p', 2);
    return p === 1 || p === 2 ? pool(node, undefined as never) : [`has p ${p}`, 'Only 1 and 2 are taken.'];
  },
  LayerNormalization: oneOutput,
  ScatterND: (node) => {
    const reduction = node.string('reduction', 'none');
    return reduction === 'none' ? undefined : [`has reduction '${printable(reduction)}'`, 'ScatterElements takes one.'];
  },
  TensorScatter: (node) => {
    if (node.string('mode', 'linear') !== 'linear') return ["has another mode than 'linear'", 'Use linear mode.'];
    const rank = node.inputs[0]?.dims?.length;
    return rank === undefined || rank === 4 ? undefined : [`has a cache of ${rank} dimensions`, 'Give it 4.'];
  },
};

export const tensorrtAttribute: LintRule = {
  name: 'tensorrt-attribute',
  severity: 'error',
  for: nvidia,
  summary:
    'TensorRT knows the operator, but not with these attributes or outputs (Resize with antialias, dilated pools …).',
  *node(node, context) {
    const look = node.domain === '' && Object.hasOwn(looks, node.opType) ? looks[node.opType] : undefined;
    const refusal = look?.(node, context);
    if (!refusal) return;
    yield { message: `${printable(node.label)} ${refusal[0]}, which TensorRT refuses`, hint: refusal[1], node };
  },
};
