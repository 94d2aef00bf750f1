import type { PlanFile, PlanHeader } from '../../plan/header.js';
import type { PlanSource } from '../../plan/open-plan.js';
import { readPlanHeader } from '../../plan/read.js';
import { type ModelShapes, modelShapes } from './model-shapes.js';
import { type PlanMemory, planMemory } from './plan-memory.js';

/** What a plan file says, and what follows from it. */
export interface PlanDescription extends PlanFile {
  readonly derived: {
    /** Layers of each type and precision, most frequent first. */
    readonly layersByType: readonly Counted[];
    readonly layersByPrecision: readonly Counted[];
    readonly memory: PlanMemory;
  };
  /** Where the model was given. */
  readonly shapes: ModelShapes | undefined;
}

export interface Counted {
  readonly name: string;
  readonly layers: number;
}

/**
 * Describes a plan without its payload; nothing is checked but that the file can be read. `model`: path of the ONNX model that
 * it was built from, for sizes that the plan leaves open. Throws as `readPlanHeader` and `modelShapes`.
 */
export async function describePlan(plan: PlanSource, model?: string): Promise<PlanDescription> {
  const file = await readPlanHeader(plan);
  const { layers } = file.header;
  const shapes = model === undefined ? undefined : await modelShapes(file.header, model);
  return {
    ...file,
    derived: {
      layersByType: counted(layers.map(({ type }) => type)),
      layersByPrecision: counted(layers.map(({ precision }) => precision)),
      memory: planMemory(file.header, shapes),
    },
    shapes,
  };
}

function counted(names: readonly string[]): Counted[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, layers]) => ({ name, layers })).sort((a, b) => b.layers - a.layers);
}

/** 'sm86', or the GPU that it was built on. */
export function targetText({ targets, device }: PlanHeader): string {
  const names = targets.join(', ');
  if (!device) return names;
  return `${device.name} (${[names, `driver ${device.driver}`].filter(Boolean).join(', ')})`;
}
