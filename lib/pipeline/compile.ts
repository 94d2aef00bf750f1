import { argumentError } from '../errors.js';
import { checkDirect, type EngineStep, engineWork, isDirect, type PipelineEngine } from './engine-stage.js';
import { type StageContext, type StageOptions, stageLimits } from './options.js';
import { branchesWork, type FannedOut, fanOutWork } from './scopes.js';
import { Stage } from './stage.js';
import type { Node, Visit, Work } from './travel.js';
import { Turns } from './turns.js';

// biome-ignore lint/suspicious/noExplicitAny: what they take was checked where they were given
type AnyFunction = (...values: any[]) => unknown;

interface Common {
  readonly name: string;
  readonly options: StageOptions;
}

/** One call of a method of the builder, checked by itself. */
export type Step =
  | EngineStep
  | (Common & { readonly kind: 'step' | 'fanOut'; readonly run: AnyFunction })
  | (Common & { readonly kind: 'join'; readonly run: AnyFunction | undefined })
  | (Common & { readonly kind: 'branches'; readonly branches: ReadonlyMap<string, readonly Step[]> });

/** What a pipeline consists of. */
export interface Compiled {
  readonly nodes: readonly Node[];
  /** In the order of the description. */
  readonly stages: readonly Stage[];
  readonly engines: ReadonlySet<PipelineEngine<unknown, unknown>>;
}

const FOR_BATCHES = 64;
const FOR_SINGLE_RUNS = 4;
const FOR_FUNCTIONS = 16;

/** Makes stages of the steps. Throws INVALID_ARGUMENT (names, fan-outs that are not joined) and OUT_OF_RANGE. */
export function compile(steps: readonly Step[]): Compiled {
  const stages: Stage[] = [];
  const engines = new Set<PipelineEngine<unknown, unknown>>();
  const turns = new Turns();

  /** All up to the end, or up to the join of the fan-out that they are in; what is left of `rest` comes after it. */
  const sequence = (rest: Step[], inside: string | undefined): Node[] => {
    const nodes: Node[] = [];
    for (let step = rest.shift(); step !== undefined; step = rest.shift()) {
      if (step.kind === 'join') {
        if (inside === undefined) throw argumentError(`stage '${step.name}'`, 'a fan-out before this join', 'none');
        rest.unshift(step);
        return nodes;
      }
      const stage = addStage(step);
      nodes.push({ stage, turns, work: workOf(step, rest) });
      if (step.kind === 'fanOut') {
        const join = rest.shift() as Step & { kind: 'join' };
        nodes.push({ stage: addStage(join), turns, work: joinWork(join.run) });
      }
    }
    if (inside !== undefined) throw argumentError(`stage '${inside}'`, 'a join after this fan-out', 'none');
    return nodes;
  };

  const addStage = (step: Step): Stage => {
    const { name, options } = step;
    if (stages.some((stage) => stage.name === name)) throw argumentError('name', 'another name for each stage', name);
    const limits = stageLimits(`stage '${name}'.options`, options, defaultConcurrency(step));
    const stage = new Stage(name, stages.length, limits);
    stages.push(stage);
    return stage;
  };

  const workOf = (step: Exclude<Step, { kind: 'join' }>, rest: Step[]): Work => {
    if (step.kind === 'engine') {
      engines.add(step.engine);
      return engineWork(step, nextEngine(step, rest));
    }
    if (step.kind === 'branches') {
      return branchesWork(new Map([...step.branches].map(([name, own]) => [name, sequence([...own], undefined)])));
    }
    const { name, kind, run } = step;
    if (kind === 'fanOut') return fanOutWork(`stage '${name}'`, run, sequence(rest, name));
    return (value, visit) => run(value, visit.context());
  };

  const nodes = sequence([...steps], undefined);
  if (nodes.length === 0) throw argumentError('pipeline', 'at least one stage', 'none');
  return { nodes, stages, engines };
}

/** The engine that the results of this one go straight to, if they do. */
function nextEngine(step: EngineStep, [next]: readonly Step[]): EngineStep | undefined {
  if (next?.kind !== 'engine' || !isDirect(step, next)) return undefined;
  checkDirect(`stage '${next.name}'`, step, next);
  return next;
}

function joinWork(run: AnyFunction | undefined): Work {
  return (given: unknown, visit: Visit) => {
    const { results, value } = given as FannedOut;
    const context: StageContext = visit.context();
    return run === undefined ? results : run(results, value, context);
  };
}

function defaultConcurrency(step: Step): number {
  const placement = step.kind === 'engine' ? step.engine.placement : undefined;
  if (placement === undefined) return FOR_FUNCTIONS;
  return placement.batching.enabled ? FOR_BATCHES : FOR_SINGLE_RUNS;
}
