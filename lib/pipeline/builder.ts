import { argumentError } from '../errors.js';
import { knownKeys, objectOption, stringOption } from '../options.js';
import type { Step } from './compile.js';
import { type EngineStageOptions, engineStep, type PipelineEngine } from './engine-stage.js';
import { functionOption, STAGE_OPTIONS, type StageContext, type StageOptions } from './options.js';
import type { Pipeline } from './pipeline.js';

/** What a fan-out may be made of. */
type Several<T> = Iterable<T> | AsyncIterable<T>;
/** What the innermost open fan-out was given, and the fan-outs around it. */
type Innermost<Open extends readonly unknown[]> = Open extends readonly [infer V, ...unknown[]] ? V : never;
type Outer<Open extends readonly unknown[]> = Open extends readonly [unknown, ...infer Rest] ? Rest : [];
/** Is only where there is no open fan-out. */
type Joined<B, Open extends readonly unknown[]> = Open extends readonly [] ? B : never;
/** A builder without open fan-outs. It says nothing of the value: the compiler would take that for what the last stage gives. */
interface Branch {
  readonly shape: { readonly open: readonly [] };
}
type Branches<V> = Record<string, (branch: PipelineBuilder<V>) => Branch>;
type ResultOf<B> = B extends PipelineBuilder<never, infer V> ? V : never;

/**
 * A pipeline that is being described. Each method gives a new one with a stage more and leaves this one as it is;
 * `build()` makes a `Pipeline` of it. Each stage has a name of its own. All throw INVALID_ARGUMENT and OUT_OF_RANGE.
 *
 * `In` is what the pipeline takes, `V` what it has made of it so far, `Open` what fan-outs were given that are not yet
 * joined, the innermost first.
 */
export class PipelineBuilder<In, V = In, Open extends readonly unknown[] = []> {
  readonly #steps: readonly Step[];
  readonly #finish: (steps: readonly Step[]) => Pipeline<unknown, unknown>;
  /** For the compiler only. */
  declare readonly shape: { readonly takes: (input: In) => void; readonly gives: V; readonly open: Open };

  /** Not for use: builders come from `Pipeline.create`. */
  constructor(steps: readonly Step[], finish: (steps: readonly Step[]) => Pipeline<unknown, unknown>) {
    this.#steps = steps;
    this.#finish = finish;
  }

  /**
   * Runs an engine.
   *
   * @param engine an `Engine`, another `Pipeline`, or anything with such a `run`
   * @param options how its inputs are made of the value (`inputs`, or `map` for tensors of the engine before), and the value
   *   for the next stage of its `result`
   */
  stage<O, R = O>(
    name: string,
    engine: PipelineEngine<V, O>,
    options?: EngineStageOptions<V, V, O, R>,
  ): PipelineBuilder<In, R, Open>;
  stage<I, O, R = O>(
    name: string,
    engine: PipelineEngine<I, O>,
    options: Omit<EngineStageOptions<V, I, O, R>, 'map'> & Required<Pick<EngineStageOptions<V, I, O, R>, 'inputs'>>,
  ): PipelineBuilder<In, R, Open>;
  stage<I, O, R = O>(
    name: string,
    engine: PipelineEngine<I, O>,
    options: Omit<EngineStageOptions<V, I, O, R>, 'inputs'> & Required<Pick<EngineStageOptions<V, I, O, R>, 'map'>>,
  ): PipelineBuilder<In, R, Open>;
  stage(name: string, engine: unknown, options?: unknown): PipelineBuilder<In, unknown, Open> {
    return this.#with(engineStep(this.#where(name), name, engine, options));
  }

  /** Makes the next value of this one, by a function that may be async. */
  step<R>(
    name: string,
    run: (value: V, context: StageContext) => R | PromiseLike<R>,
    options?: StageOptions,
  ): PipelineBuilder<In, R, Open> {
    const where = this.#where(name);
    return this.#with({
      kind: 'step',
      name,
      options: checked(where, options),
      run: functionOption(`${where}.run`, run),
    });
  }

  /**
   * Makes many values of one, by a function that gives an array or another iterable, or an async one; it may be async itself.
   * Those that follow, up to `join`, are stages for each of them. Of a generator the next value is only asked for when
   * there is room for it. `concurrency` counts the values that are not yet joined.
   */
  fanOut<T>(
    name: string,
    split: (value: V, context: StageContext) => Several<T> | PromiseLike<Several<T>>,
    options?: StageOptions,
  ): PipelineBuilder<In, T, [V, ...Open]> {
    const where = this.#where(name);
    const run = functionOption(`${where}.split`, split);
    return this.#with({ kind: 'fanOut', name, options: checked(where, options), run });
  }

  /**
   * Makes one value of all that came of the last `fanOut`, in its order.
   *
   * @param run gets them, and what the fan-out was given. @default their array
   */
  join<R = V[]>(
    name: string,
    run?: (results: V[], value: Innermost<Open>, context: StageContext) => R | PromiseLike<R>,
    options?: StageOptions,
  ): PipelineBuilder<In, R, Outer<Open>> {
    const where = this.#where(name);
    if (run !== undefined) functionOption(`${where}.run`, run);
    return this.#with({ kind: 'join', name, options: checked(where, options), run });
  }

  /**
   * Takes the same value through several branches at once; the next one is an object of their results, by their names.
   *
   * @param branches functions that add the stages of a branch to what they are given; as it is, it gives the value itself
   */
  branches<B extends Branches<V>>(
    name: string,
    branches: B,
    options?: StageOptions,
  ): PipelineBuilder<In, { [Name in keyof B]: ResultOf<ReturnType<B[Name]>> }, Open> {
    const where = this.#where(name);
    const all = new Map<string, readonly Step[]>();
    for (const [branch, add] of Object.entries(objectOption<Branches<V>>(`${where}.branches`, branches))) {
      const option = `${where}.branches.${branch}`;
      const added: unknown = functionOption(option, add)(new PipelineBuilder<V>([], this.#finish));
      if (!(added instanceof PipelineBuilder)) throw argumentError(option, 'a function that returns a builder', added);
      all.set(branch, added.#steps);
    }
    if (all.size === 0) throw argumentError(`${where}.branches`, 'at least one branch', branches);
    return this.#with({ kind: 'branches', name, options: checked(where, options), branches: all });
  }

  /** The pipeline. Each call makes one with queues and statistics of its own. */
  build(this: Joined<PipelineBuilder<In, V, Open>, Open>): Pipeline<In, V> {
    return this.#finish(this.#steps) as Pipeline<In, V>;
  }

  #where(name: unknown): string {
    return `stage '${stringOption('name', name)}'`;
  }

  #with<R, O extends readonly unknown[]>(step: Step): PipelineBuilder<In, R, O> {
    return new PipelineBuilder<In, R, O>([...this.#steps, step], this.#finish);
  }
}

function checked(where: string, given: StageOptions = {}): StageOptions {
  const options = objectOption<StageOptions>(`${where}.options`, given);
  knownKeys(`${where}.options`, options, STAGE_OPTIONS);
  return options;
}
