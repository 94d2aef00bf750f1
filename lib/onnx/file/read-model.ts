import { booleanOption, integerOption, knownKeys, objectOption, pathOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';
import type { Model } from '../graph/model.js';
import { type ExternalDataFile, externalDataOption } from './external-data-option.js';
import { externalOpener } from './external-files.js';
import { loadProtobuf } from './load-protobuf.js';
import { ModelFile } from './model-file.js';
import { MemorySource } from './source.js';

/** Options of `readModel`. */
export interface ReadOptions {
  /** For a model given as bytes: the files of external data that it refers to, under the location that it writes. */
  externalData?: readonly ExternalDataFile[];
  limits?: ReadLimits;
}

/** What a model may be. Beyond a limit MODEL_INVALID is thrown. */
export interface ReadLimits {
  /** Nodes, with those of subgraphs and functions. 1 to 10,000,000. @default 1000000 */
  nodes?: number;
  /** Accepts files of external data that have more than one hard link; see `ModelLimits.hardLinks`. @default false */
  hardLinks?: boolean;
}

/**
 * Reads an ONNX model: a path, file URL, or its bytes. Weights stay in the file (and files of external data beside it)
 * until they are needed; the model keeps those open. The event loop is not kept for longer than a few milliseconds.
 *
 * Throws MODEL_INVALID with `details.reason`: not-found, not-a-file, unreadable, empty, not-onnx, truncated, malformed,
 * nested-too-deep, too-many-nodes, too-large, tensor-size, duplicate-attribute, no-name, file-changed, or one of external-data-… as `Engine.load` does.
 * For 'not-onnx' `details.looksLike` says what the file is, where that is known: a plan, an archive, a checkpoint of PyTorch.
 */
export async function readModel(source: string | URL | Uint8Array, options: ReadOptions = {}): Promise<Model> {
  const { externalData, nodes, hardLinks } = readOptions(options);
  // Who does not read models need not wait for it.
  await loadProtobuf();
  const { parseModel } = await import('./parse-model.js');
  const path = isBytes(source) ? source : pathOption('model', source, ', bytes');
  const openFile = externalOpener(path, { externalData, hardLinks });
  const file = typeof path === 'string' ? await ModelFile.open(path) : new MemorySource('the model', path);
  return parseModel(file, openFile, nodes);
}

function readOptions(given: ReadOptions) {
  const options = objectOption<ReadOptions>('options', given);
  knownKeys('options', options, ['externalData', 'limits']);
  const limits = objectOption<ReadLimits>('options.limits', options.limits ?? {});
  knownKeys('options.limits', limits, ['nodes', 'hardLinks']);
  return {
    externalData: externalDataOption(options.externalData ?? []),
    nodes: integerOption('options.limits.nodes', limits.nodes ?? 1_000_000, 1, 10_000_000),
    hardLinks: booleanOption('options.limits.hardLinks', limits.hardLinks ?? false),
  };
}
