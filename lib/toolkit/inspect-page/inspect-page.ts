import { basename } from 'node:path';
import { argumentError } from '../../errors.js';
import { readModel } from '../../onnx/file/read-model.js';
import { cloneModel } from '../../onnx/graph/clone.js';
import { Model } from '../../onnx/graph/model.js';
import type { Dim } from '../../onnx/graph/value-type.js';
import { knownKeys, objectOption, pathOption, stringOption } from '../../options.js';
import type { ModelInput } from '../open-model.js';
import { inspectedFile } from '../plan/is-plan.js';
import { modelSubject } from './model-subject.js';
import { drawPage } from './page.js';
import { planSubject } from './plan-subject.js';

/** Options of `inspectPage`. */
export interface InspectPageOptions {
  /** What the page calls it. @default the name of the file, or of the model's graph, or 'model' */
  name?: string;
  /** Sizes of inputs of an ONNX model by name, in place of those that it states: what depends on them is known then. */
  inputDims?: Readonly<Record<string, readonly Dim[]>>;
  /** Of a plan: path of the ONNX model that it was built from, which has sizes that the plan leaves open. @default not asked */
  model?: string | URL;
}

/**
 * An ONNX model, or a plan file given by its path, as one HTML page that is complete in itself: facts, size and precision of
 * each layer, and what feeds what. It needs no network and can be opened as a file; nothing runs in it but its own script,
 * by hash. Nothing is run, and no weights are read.
 * @throws NodeTensorRTError MODEL_INVALID as `readModel`, or where nodes wait for one another; ENGINE_INCOMPATIBLE for a plan
 *   that is damaged; INVALID_ARGUMENT or SHAPE_MISMATCH for options
 */
export async function inspectPage(model: ModelInput, given: InspectPageOptions = {}): Promise<string> {
  const options = objectOption<InspectPageOptions>('options', given);
  knownKeys('options', options, ['name', 'inputDims', 'model']);
  const isPath = typeof model === 'string' || model instanceof URL;
  const file = isPath ? await inspectedFile(pathOption('model', model, ', bytes, a Model')) : undefined;
  const name = options.name === undefined ? undefined : stringOption('options.name', options.name);
  if (file?.isPlan) {
    if (options.inputDims !== undefined) throw argumentError('options.inputDims', 'an ONNX model to go with', 'a plan');
    const of = options.model === undefined ? undefined : pathOption('options.model', options.model);
    return drawPage(await planSubject(file.path, name ?? basename(file.path), of));
  }
  if (options.model !== undefined) throw argumentError('options.model', 'a plan to go with', 'an ONNX model');
  const own = model instanceof Model ? cloneModel(model) : await readModel(file?.path ?? (model as Uint8Array));
  own.graph.sort();
  const title = name ?? (file ? basename(file.path) : own.graph.name || 'model');
  return drawPage(await modelSubject(own, title, options.inputDims ?? {}));
}
