import { resolve } from 'node:path';
import { argumentError } from '../errors.js';
import { booleanOption, integerOption, knownKeys, objectOption, stringOption, timeoutOption } from '../options.js';

/** Options about how far a model is trusted. */

const MAX_BYTES = Number.MAX_SAFE_INTEGER;

/**
 * What a model may be before its first run, checked before ONNX Runtime sees it: a file of a few hundred bytes can ask
 * for terabytes. Beyond a limit MODEL_INVALID is thrown, with the option's name.
 */
export interface ModelLimits {
  /**
   * Nodes, with those of subgraphs and with every call of a local function counted as the nodes of its body. 1 to
   * 10,000,000. @default 100000
   */
  nodes?: number;
  /** Elements that the shape of one tensor, input, output or intermediate value declares. @default 4294967296 (2^32) */
  elements?: number;
  /** Bytes of all tensors in the model and in its external data, by their shapes and types. @default 8589934592 (8 GiB) */
  declaredBytes?: number;
  /**
   * Accepts files of external data that have more than one hard link. An archive can bring one that leads elsewhere;
   * on the other hand pnpm makes every file that it installs one. @default false
   */
  hardLinks?: boolean;
}

/** Limits of the child process that tries a model out. */
export interface ProbeOptions {
  /**
   * Memory that loading may take, beyond what Node.js itself needs. Enforced by the system on Linux; where it has no
   * such limit (macOS), the resident size is looked at 50 times a second. @default 4294967296 (4 GiB)
   */
  memoryBytes?: number;
  /** Time that loading may take. @default 60000 */
  timeoutMs?: number;
}

/** A shared library of custom operators that a model may use. */
export interface CustomOperatorLibrary {
  /** Path of the library. It is code that runs in this process. */
  path: string;
  /** SHA-256 of the file, 64 hexadecimal digits; another file is refused. */
  sha256: string;
}

export function limitsOption(value: unknown): Required<ModelLimits> {
  const limits = objectOption<ModelLimits>('options.limits', value);
  knownKeys('options.limits', limits, ['nodes', 'elements', 'declaredBytes', 'hardLinks']);
  return {
    nodes: integerOption('options.limits.nodes', limits.nodes ?? 100_000, 1, 10_000_000),
    elements: integerOption('options.limits.elements', limits.elements ?? 2 ** 32, 1, MAX_BYTES),
    declaredBytes: integerOption('options.limits.declaredBytes', limits.declaredBytes ?? 2 ** 33, 1, MAX_BYTES),
    hardLinks: booleanOption('options.limits.hardLinks', limits.hardLinks ?? false),
  };
}

export function probeOption(value: unknown): Required<ProbeOptions> | undefined {
  if (value === false) return undefined;
  const probe = value === true ? {} : objectOption<ProbeOptions>('options.probe', value);
  knownKeys('options.probe', probe, ['memoryBytes', 'timeoutMs']);
  return {
    memoryBytes: integerOption('options.probe.memoryBytes', probe.memoryBytes ?? 2 ** 32, 2 ** 20, MAX_BYTES),
    timeoutMs: timeoutOption('options.probe.timeoutMs', probe.timeoutMs ?? 60_000),
  };
}

export function customOperatorsOption(libraries: unknown): readonly CustomOperatorLibrary[] {
  if (!Array.isArray(libraries))
    throw argumentError('options.customOperators', 'an array of { path, sha256 }', libraries);
  return libraries.map((library, i) => {
    const name = `options.customOperators[${i}]`;
    const entry = objectOption<CustomOperatorLibrary>(name, library);
    knownKeys(name, entry, ['path', 'sha256']);
    const sha256 = stringOption(`${name}.sha256`, entry.sha256).toLowerCase();
    if (!/^[0-9a-f]{64}$/.test(sha256)) throw argumentError(`${name}.sha256`, '64 hexadecimal digits', entry.sha256);
    return { path: resolve(stringOption(`${name}.path`, entry.path)), sha256 };
  });
}
