import { formatBytes, formatCount, formatDuration, formatTime } from '../../memory/format.js';
import type { PlanHeader, PlanTensor } from '../../plan/header.js';
import { type PlanDescription, targetText } from './describe-plan.js';

/** What it is about, what is so, and more about that. */
export type Fact = readonly [title: string, value: string, remark: string];

/** All that a plan says, for people. Names of the model are as they are: who shows them makes them harmless. */
export function planFacts({ header, signatures, derived }: PlanDescription): Fact[] {
  const { model, payload, createdAt, createdBy, buildMs } = header;
  const yes = (is: boolean) => (is ? 'yes' : 'no');
  const took = buildMs === undefined ? '' : `, in ${formatDuration(buildMs)}`;
  return [
    ['built by', `${header.backend} ${header.version}`, `with headers of ${header.headers}`],
    ['built', formatTime(Date.parse(createdAt)), `by ${createdBy}${took}`],
    ['for', targetText(header), header.platform],
    ['model', model.name, `sha256 ${model.sha256.slice(0, 12)}, ${formatBytes(model.bytes)}, ${model.precision}`],
    ['payload', formatBytes(payload.bytes), `sha256 ${payload.sha256.slice(0, 12)}`],
    ...titled('inputs', header.inputs, tensorCells),
    ...titled('outputs', header.outputs, tensorCells),
    ...header.profiles.flatMap(profileFacts),
    ...titled('options', Object.entries(header.options), ([name, value]) => [name, JSON.stringify(value) ?? '']),
    ['layers', formatCount(header.layers.length), ''],
    ...titled('by type', derived.layersByType, ({ name, layers }) => [name, formatCount(layers)]),
    ...titled('by precision', derived.layersByPrecision, ({ name, layers }) => [name || 'none', formatCount(layers)]),
    ['refittable', yes(header.refittable), ''],
    ['stripped', yes(header.stripped), header.stripped ? 'its weights come from the model when it is loaded' : ''],
    ['compatible', yes(header.versionCompatible), 'with later versions of TensorRT'],
    ...titled('messages', header.messages, ({ severity, text }) => [severity, text]),
    ...titled('signed', signatures, ({ algorithm, keyId }) => [algorithm, `by key ${keyId}`]),
    ...(signatures.length === 0 ? [['signed', 'no', ''] as const] : []),
    ...memoryFacts(derived.memory),
  ];
}

/** A fact for each item, the first with the title. */
function titled<T>(title: string, items: readonly T[], cells: (item: T) => readonly [string, string]): Fact[] {
  return items.map((item, i) => [i === 0 ? title : '', ...cells(item)]);
}

const tensorCells = (tensor: PlanTensor) => [tensor.name, `${tensor.type} ${dimsText(tensor.dims)}`] as const;

/** '[N, 3]'; '?' is a size that is open and has no name. */
export function dimsText(dims: readonly (number | string | null)[]): string {
  return `[${dims.map((dim) => (dim === null || dim === '' || dim === -1 ? '?' : dim)).join(', ')}]`;
}

function profileFacts(profile: PlanHeader['profiles'][number], place: number): Fact[] {
  return titled(`profile ${place}`, Object.entries(profile), ([input, range]) => [input, rangeText(range)]);
}

/** '[1, 4] to [32, 4], best [8, 4]' */
export function rangeText({ min, opt, max, values }: PlanHeader['profiles'][number][string]): string {
  const text = `${dimsText(min)} to ${dimsText(max)}, best ${dimsText(opt)}`;
  return values === undefined ? text : `${text}; values ${rangeText(values)}`;
}

function memoryFacts({
  weightsBytes,
  layerBytes,
  layer,
  totalBytes,
  unknownLayers,
}: PlanDescription['derived']['memory']): Fact[] {
  const isLeast = unknownLayers > 0;
  return [
    [
      'on the GPU',
      `${isLeast ? '≥' : '≈'} ${formatBytes(totalBytes)}`,
      'an estimate: weights, and what the largest layer reads and writes',
    ],
    ['', formatBytes(weightsBytes), 'weights: about as large as the plan'],
    [
      '',
      formatBytes(layerBytes),
      layer === '' ? 'no size of a layer is known' : `layer ${layer}, in the largest shapes`,
    ],
    ...(isLeast ? [['', '', `sizes of ${formatCount(unknownLayers)} layers are not known`] as const] : []),
  ];
}
