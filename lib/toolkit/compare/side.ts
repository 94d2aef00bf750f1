import { runnerOn } from '../../engine/model-runner.js';
import { NodeTensorRTError } from '../../errors.js';
import { emulateLowPrecision, hasLowPrecision } from '../../onnx/emulate/emulate.js';
import type { Model } from '../../onnx/graph/model.js';
import type { LoadRunner, Runner } from '../../onnx/runner.js';
import { isBytes } from '../../tensor/data-types.js';
import { castModel } from '../cast-model.js';
import { openModel } from '../open-model.js';
import type { SideReport } from './report.js';
import { loadModel } from './runnable-model.js';
import type { SideOption } from './side-option.js';

/** When low precision is computed in float32 and rounded. */
export type Emulate = 'auto' | 'always' | 'never';

/** Low-precision types that can be emulated. */
export type LowType = 'bfloat16' | 'float16';

/** One of the two models, loaded. */
export class Side {
  readonly #option: SideOption;
  readonly #load: LoadRunner;
  readonly #loadPooled: LoadRunner;
  #emulated: readonly LowType[] = [];
  #model: Promise<Model> | undefined;
  /** The model that is run, where it is not the one given. */
  #derived: Promise<Model> | undefined;

  constructor(option: SideOption, signal: AbortSignal | undefined) {
    const { backend, load } = option;
    this.#option = option;
    const options = { backend, ...(signal && { signal }) };
    this.#load = load ?? runnerOn(options);
    // Many large results at once: copying them all would keep the event loop.
    this.#loadPooled = load ?? runnerOn(options, { pooled: true });
  }

  get name(): string {
    return this.#option.name;
  }

  /** As it was given, in the precision that was asked for and with its nodes in order: its names are what reports use. Not to be changed. */
  model(): Promise<Model> {
    this.#model ??= this.#open();
    return this.#model;
  }

  /**
   * Loads it as it is, or where that is refused and it has bfloat16 tensors, one that emulates them.
   * @throws NodeTensorRTError what the runner throws
   */
  async load(emulate: Emulate, optimize: boolean): Promise<Runner> {
    if (emulate === 'always') {
      const found = hasLowPrecision(await this.model(), ['bfloat16', 'float16']);
      if (found.length > 0) return this.#loadEmulated(found);
    }
    try {
      return await this.#loadAsIs(optimize);
    } catch (error) {
      const isRefused =
        error instanceof NodeTensorRTError && (error.code === 'UNSUPPORTED' || error.code === 'MODEL_INVALID');
      if (emulate !== 'auto' || !isRefused) throw error;
      const found = await this.model().then(
        (model) => hasLowPrecision(model, ['bfloat16']),
        () => [],
      );
      if (found.length === 0) throw error;
      return this.#loadEmulated(found);
    }
  }

  /** Loads a variant of what `load` loaded, with nodes as they are written. Its results are to be released. */
  async loadVariant(change: (model: Model) => void): Promise<Runner> {
    const model = await openModel(await (this.#derived ?? this.model()));
    change(model);
    return loadModel(model, this.#loadPooled, false);
  }

  report(): SideReport {
    const { name, backend, precision, load } = this.#option;
    return { name, backend: load ? null : backend, precision: precision ?? null, emulated: [...this.#emulated] };
  }

  async #open(): Promise<Model> {
    const { model: given, precision } = this.#option;
    const model = precision ? (await castModel(given, { to: precision })).model : await openModel(given);
    model.graph.sort();
    return model;
  }

  async #loadAsIs(optimize: boolean): Promise<Runner> {
    const { model, precision } = this.#option;
    if (precision === undefined && (typeof model === 'string' || isBytes(model)))
      return this.#load(model, { optimize });
    return loadModel(await this.model(), this.#load, optimize);
  }

  async #loadEmulated(types: readonly LowType[]): Promise<Runner> {
    this.#emulated = types;
    this.#derived = this.model().then((model) => emulateLowPrecision(model, { types }));
    // An optimiser would leave out the roundings that it is about.
    return loadModel(await this.#derived, this.#load, false);
  }
}
