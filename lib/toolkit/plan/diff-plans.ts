import { formatBytes } from '../../memory/format.js';
import type { PlanHeader, PlanLayer, PlanTensor } from '../../plan/header.js';
import { readPlanHeader } from '../../plan/read.js';
import { type Change, type Difference, differ } from '../diff-models.js';
import { targetText } from './describe-plan.js';
import { dimsText, rangeText } from './plan-facts.js';

/** What differs between two plans. All lists are empty for copies, which may have other names, dates and signatures. */
export interface PlanDifference {
  /** 'backend', 'version', 'model hash', 'payload' and the like: those that are another. */
  readonly facts: readonly Change[];
  /** Options that were in force, as JSON. */
  readonly options: Difference;
  readonly inputs: Difference;
  readonly outputs: Difference;
  /** By number and input: 'profile 0, x'. */
  readonly profiles: Difference;
  /** By name; `changed` has those of another type or precision. */
  readonly layers: Difference;
}

/** Compares two plans by what they say of themselves. Throws as `readPlanHeader`. */
export async function diffPlans(first: string, second: string): Promise<PlanDifference> {
  const { header: from } = await readPlanHeader(first);
  const { header: to } = await readPlanHeader(second);
  return {
    facts: differ(facts(from), facts(to)).changed,
    options: differ(optionTexts(from), optionTexts(to)),
    inputs: differ(tensorTexts(from.inputs), tensorTexts(to.inputs)),
    outputs: differ(tensorTexts(from.outputs), tensorTexts(to.outputs)),
    profiles: differ(profileTexts(from), profileTexts(to)),
    layers: differ(layerTexts(from.layers), layerTexts(to.layers)),
  };
}

function facts(header: PlanHeader): Map<string, string> {
  const { model, payload } = header;
  return new Map([
    ['backend', header.backend],
    ['version', header.version],
    ['headers', header.headers],
    ['targets', targetText(header)],
    ['platform', header.platform],
    ['model name', model.name],
    ['model hash', model.sha256.slice(0, 12)],
    ['model size', formatBytes(model.bytes)],
    ['precision', model.precision],
    ['refittable', String(header.refittable)],
    ['stripped', String(header.stripped)],
    ['version compatible', String(header.versionCompatible)],
    ['payload', `${formatBytes(payload.bytes)}, sha256 ${payload.sha256.slice(0, 12)}`],
  ]);
}

function optionTexts({ options }: PlanHeader): Map<string, string> {
  return new Map(Object.entries(options).map(([name, value]) => [name, JSON.stringify(value) ?? '']));
}

/** 'float32 [N, 3]', by name. */
export function tensorTexts(tensors: readonly PlanTensor[]): Map<string, string> {
  return new Map(tensors.map(({ name, type, dims }) => [name, `${type} ${dimsText(dims)}`]));
}

function profileTexts({ profiles }: PlanHeader): Map<string, string> {
  const texts = profiles.map((profile, i) =>
    Object.entries(profile).map(([input, range]) => [`profile ${i}, ${input}`, rangeText(range)] as const),
  );
  return new Map(texts.flat());
}

/** Layers with a name that others have as well are told apart by their order. */
function layerTexts(layers: readonly PlanLayer[]): Map<string, string> {
  const counts = new Map<string, number>();
  return new Map(
    layers.map(({ name, type, precision }) => {
      const before = counts.get(name) ?? 0;
      counts.set(name, before + 1);
      return [before === 0 ? name : `${name} (${before + 1})`, `${type} ${precision}`];
    }),
  );
}
