import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { argumentError } from '../../errors.js';
import { Model } from '../../onnx/graph/model.js';
import type { LoadRunner } from '../../onnx/runner.js';
import { choiceOption, knownKeys, objectOption, stringOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';
import type { ModelInput } from '../open-model.js';

/** A precision that `castModel` gives. */
export type Precision = 'fp16' | 'bf16';

/** A model, and what runs it: one model may be compared on two backends or in two precisions. */
export interface ModelOnBackend {
  model: ModelInput;
  /** As `LoadOptions.backend`. @default 'cpu' */
  backend?: 'auto' | 'cpu' | 'tensorrt' | 'tensorrt-rtx';
  /** The model is put into this precision by `castModel` first. @default as the graph says */
  precision?: Precision;
  /** How reports name it. @default the file's name, or 'a' and 'b' */
  name?: string;
  /** What runs it instead of an engine of this library, as another runtime. Not together with `backend`. */
  load?: LoadRunner;
}

/** What is compared. */
export type ComparedModel = ModelInput | ModelOnBackend;

/** A ComparedModel, checked. */
export interface SideOption {
  readonly name: string;
  readonly model: ModelInput;
  readonly backend: 'auto' | 'cpu' | 'tensorrt' | 'tensorrt-rtx';
  readonly precision: Precision | undefined;
  readonly load: LoadRunner | undefined;
}

/** Checks a model to be compared. Throws INVALID_ARGUMENT. */
export function sideOption(argument: 'a' | 'b', given: ComparedModel): SideOption {
  if (isModelInput(given)) return side(nameOf(given) ?? argument, given);
  const options = objectOption<ModelOnBackend>(argument, given);
  const { model, backend = 'cpu', precision, name, load } = options;
  knownKeys(argument, options, ['model', 'backend', 'precision', 'name', 'load']);
  if (!isModelInput(model)) throw argumentError(`${argument}.model`, 'a path, file URL, bytes or Model', model);
  if (load !== undefined) {
    if (typeof load !== 'function') throw argumentError(`${argument}.load`, 'a function', load);
    if (options.backend !== undefined) {
      throw argumentError(`${argument}.backend`, "nothing beside 'load'", options.backend);
    }
  }
  return {
    name: name === undefined ? (nameOf(model) ?? argument) : stringOption(`${argument}.name`, name),
    model,
    backend: choiceOption(`${argument}.backend`, backend, ['auto', 'cpu', 'tensorrt', 'tensorrt-rtx']),
    precision:
      precision === undefined
        ? undefined
        : choiceOption<Precision>(`${argument}.precision`, precision, ['fp16', 'bf16']),
    load,
  };
}

function side(name: string, model: ModelInput): SideOption {
  return { name, model, backend: 'cpu', precision: undefined, load: undefined };
}

export function isModelInput(value: unknown): value is ModelInput {
  return typeof value === 'string' || value instanceof URL || isBytes(value) || value instanceof Model;
}

function nameOf(model: ModelInput): string | undefined {
  if (typeof model === 'string') return basename(model);
  return model instanceof URL ? basename(fileURLToPath(model)) : undefined;
}
