import { dirname } from 'node:path';
import { booleanOption, integerOption, knownKeys, objectOption, pathOption } from '../../options.js';
import { isBytes } from '../../tensor/data-types.js';
import type { Model } from '../graph/model.js';
import { type ExternalDataFile, externalDataOption } from './external-data-option.js';
import { openExternal } from './external-location.js';
import { invalid } from './invalid.js';
import { loadProtobuf } from './load-protobuf.js';
import { ModelFile } from './model-file.js';
import { type ByteSource, MemorySource } from './source.js';

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

/** Where a file of external data is found. */
export type OpenExternal = (location: string, tensor: string) => Promise<ByteSource>;

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
  if (isBytes(source)) {
    const files = new Map(externalData.map(({ path, data }) => [path, data]));
    const openGiven: OpenExternal = async (location, tensor) => {
      const data = files.get(location);
      if (data) return new MemorySource(location, data);
      const text = `tensor '${tensor}' has its data in '${location}', which options.externalData does not have`;
      throw invalid('external-data-missing', text, { tensor, location });
    };
    return parseModel(new MemorySource('the model', source), openGiven, nodes);
  }
  const path = pathOption('model', source, ', bytes');
  const folder = dirname(path);
  return parseModel(
    await ModelFile.open(path),
    (location, tensor) => openExternal(folder, location, tensor, { hardLinks }),
    nodes,
  );
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
