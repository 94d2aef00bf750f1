import type { RunOptions } from '../engine/run-options.js';
import { argumentError } from '../errors.js';
import { knownKeys, objectOption } from '../options.js';
import type { TensorSpec } from '../tensor/types.js';
import { askForHandover, release } from './handover.js';
import { functionOption, STAGE_OPTIONS, type StageContext, type StageOptions } from './options.js';
import type { Work } from './travel.js';

/**
 * What a stage may have for an engine: `Engine`, another `Pipeline`, or anything else with such a `run`. `inputs` and
 * `outputs`, if it has them, are what names are checked against.
 */
export interface PipelineEngine<I = never, O = unknown> {
  readonly run: (inputs: I, options?: Pick<RunOptions, 'signal' | 'timeoutMs' | 'priority'>) => Promise<O>;
  readonly inputs?: readonly TensorSpec[];
  readonly outputs?: readonly TensorSpec[];
  readonly placement?: { readonly batching: { readonly enabled: boolean } };
  readonly close?: () => Promise<void>;
  readonly destroy?: (reason?: Error) => void;
}

/** Options of a stage whose value is not yet what its engine takes, or whose result is to be made of the engine's. */
export interface EngineStageOptions<V, I, O, R> extends StageOptions {
  /** Makes the engine's inputs of the value. @default the value itself */
  inputs?: (value: V, context: StageContext) => I | PromiseLike<I>;
  /**
   * For tensors that another engine gave: the inputs that they go to, by output name. Outputs that are not named are not
   * computed.
   */
  map?: { readonly [Name in keyof V & string]?: keyof I & string };
  /**
   * Makes the value for the next stage of what the engine gave. `value` is what came into this stage; tensors that came straight
   * from the engine before are only there until this function is over. @default what the engine gave
   */
  result?: (outputs: O, value: V, context: StageContext) => R | PromiseLike<R>;
}

/** A stage that runs an engine, checked. */
export interface EngineStep {
  readonly kind: 'engine';
  readonly name: string;
  readonly options: StageOptions;
  readonly engine: PipelineEngine<unknown, unknown>;
  readonly inputs: ((value: unknown, context: StageContext) => unknown) | undefined;
  readonly map: Readonly<Record<string, string>> | undefined;
  readonly result: ((outputs: unknown, value: unknown, context: StageContext) => unknown) | undefined;
}

/** Throws INVALID_ARGUMENT; `where` names the stage in it. */
export function engineStep(where: string, name: string, engine: unknown, given: unknown): EngineStep {
  const candidate = engine as PipelineEngine<unknown, unknown> | null | undefined;
  if (typeof candidate !== 'object' || typeof candidate?.run !== 'function') {
    throw argumentError(`${where}.engine`, 'an Engine, or an object with such a run()', engine);
  }
  const options = objectOption<EngineStageOptions<unknown, unknown, unknown, unknown>>(`${where}.options`, given ?? {});
  knownKeys(`${where}.options`, options, [...STAGE_OPTIONS, 'inputs', 'map', 'result']);
  const { inputs, map, result } = options;
  if (inputs !== undefined) functionOption(`${where}.options.inputs`, inputs);
  if (result !== undefined) functionOption(`${where}.options.result`, result);
  if (inputs !== undefined && map !== undefined) {
    throw argumentError(`${where}.options`, 'inputs or map, not both', Object.keys(options));
  }
  const checked = map === undefined ? undefined : checkMap(`${where}.options.map`, map, candidate.inputs);
  return { kind: 'engine', name, options, engine: candidate, inputs, map: checked, result };
}

function checkMap(where: string, given: unknown, specs: readonly TensorSpec[] | undefined): Record<string, string> {
  const map = { ...objectOption<Record<string, string>>(where, given) };
  const targets = Object.values(map);
  if (targets.length === 0) throw argumentError(where, 'at least one name', map);
  const known = specs?.map(({ name }) => name);
  for (const [output, input] of Object.entries(map)) {
    const isKnown = typeof input === 'string' && (known === undefined || known.includes(input));
    if (!isKnown) throw argumentError(`${where}.${output}`, `one of the inputs ${known?.join(', ') ?? ''}`, input);
  }
  if (new Set(targets).size !== targets.length) throw argumentError(where, 'each input once', targets);
  const missing = known?.find((name) => !targets.includes(name));
  if (missing !== undefined) throw argumentError(where, `all inputs of the engine, also ${missing}`, targets);
  return map;
}

/** Whether the results of `from` go to the engine of `to` as they are, with nothing in between that could keep them. */
export function isDirect(from: EngineStep, to: EngineStep): boolean {
  return from.result === undefined && to.inputs === undefined;
}

/** Throws INVALID_ARGUMENT when a map has names that the engine before does not give. */
export function checkDirect(where: string, from: EngineStep, to: EngineStep): void {
  const given = from.engine.outputs?.map(({ name }) => name);
  const unknown = given && to.map && Object.keys(to.map).find((name) => !given.includes(name));
  if (unknown !== undefined) {
    throw argumentError(`${where}.options.map`, `outputs of stage '${from.name}': ${given?.join(', ')}`, unknown);
  }
}

/** The work of an engine's stage; `next` is that which its results go straight to. */
export function engineWork(step: EngineStep, next: EngineStep | undefined): Work {
  const { engine, inputs, map, result } = step;
  const asked = next === undefined ? {} : askForHandover(engine, next.map);
  return async (value, visit) => {
    const { part } = visit;
    const given = inputs ? await inputs(value, visit.context()) : map ? renamed(value, map) : value;
    const outputs = await engine.run(given, { ...visit.context(), ...asked });
    const { owned } = part;
    part.owned = next === undefined ? undefined : outputs;
    try {
      return result ? await result(outputs, value, visit.context()) : outputs;
    } finally {
      release(owned);
    }
  };
}

function renamed(tensors: unknown, map: Readonly<Record<string, string>>): Record<string, unknown> {
  const given = tensors as Record<string, unknown>;
  return Object.fromEntries(Object.entries(map).map(([output, input]) => [input, given[output]]));
}
