import { argumentError } from '../errors.js';
import {
  booleanOption,
  choiceOption,
  integerOption,
  knownKeys,
  objectOption,
  pathOption,
  stringOption,
} from '../options.js';

const MAX = Number.MAX_SAFE_INTEGER;

/** Libraries of kernels that TensorRT may choose from. */
export const tacticSources = ['edgeMaskConvolutions', 'jitConvolutions'] as const;
/** Memory that the builder may plan with. */
export const memoryPools = ['workspace', 'tacticDram', 'tacticSharedMemory'] as const;
const tilingLevels = ['none', 'fast', 'moderate', 'full'] as const;
const compatibilities = ['none', 'amperePlus', 'sameComputeCapability'] as const;
const platforms = ['sameAsBuild', 'windowsAmd64'] as const;

/** What NVIDIA's builder is told. docs/building.md has a table of what each flavour does with it. Absent: NVIDIA's default. */
export interface BuildTuning {
  /** Lets float32 matrix products and convolutions compute in TF32: 10 bits of mantissa, several times as fast. @default false */
  tf32?: boolean;
  /** 0 (quickest build) to 5 (tries most). @default 3 */
  optimizationLevel?: number;
  /** Limits in bytes. `workspace`: scratch memory of a layer. @default what the device has */
  memoryPools?: Partial<Record<(typeof memoryPools)[number], number>>;
  /** Streams beside the main one that layers may run on at the same time. 0 to 128. @default chosen by the builder */
  auxStreams?: number;
  /** Exactly these are on. @default NVIDIA's */
  tacticSources?: readonly (typeof tacticSources)[number][];
  /** Uses kernels for weights of which two of four are 0, where the weights are so. @default false */
  sparseWeights?: boolean;
  /** How hard it looks for ways to keep data in the L2 cache, and how many bytes of that it may plan with. @default none */
  tiling?: { level: (typeof tilingLevels)[number]; l2LimitBytes?: number };
  /** How often each kernel is measured. 1 to 1000. @default 1 */
  avgTimingIterations?: number;
  /** Kernels tried for a layer at most. 1 to 100,000. @default chosen by the builder */
  maxTactics?: number;
  /**
   * Files of what was measured before: `load` is read (several are merged), `save` is written. One that is of another GPU or
   * version is refused, unless `ignoreMismatch`, which is for GPUs of the same kind with other clocks.
   */
  timingCache?: { load?: string | readonly string[]; save?: string; ignoreMismatch?: boolean };
  /** A plan that later versions of TensorRT 11 run, by the lean library that is on the machine. @default false */
  versionCompatible?: boolean;
  /** A plan for other GPUs too: of Ampere and later, or of the same compute capability. Slower. @default 'none' */
  hardwareCompatibility?: (typeof compatibilities)[number];
  /** The system that the plan is run on. @default 'sameAsBuild' */
  runtimePlatform?: (typeof platforms)[number];
  /** A plan without weights: they come from the ONNX model where it is loaded (`refit` of Engine.load). @default false */
  stripWeights?: boolean;
  /**
   * The plan can be loaded with the weights of another model of the same structure (`refit` of Engine.load). 'identical': only
   * with the very weights that it was built with, for `stripWeights`.
   * @default false
   */
  refittable?: boolean | 'identical';
  /** Weights may stay in the host's memory and come to the device when they are needed (`weightStreamingBudget` of Engine.load). @default false */
  weightStreaming?: boolean;
  /** NaN and infinity come through every operation as IEEE 754 says. @default false */
  strictNans?: boolean;
  /** Libraries of plugins that the model needs, with the hash of what they must be. Code: they run in the builder. @default none */
  plugins?: readonly { path: string; sha256: string }[];
}

type Checks = { [K in keyof Required<BuildTuning>]: (name: string, value: unknown) => Required<BuildTuning>[K] };

const checks: Checks = {
  tf32: booleanOption,
  optimizationLevel: (name, value) => integerOption(name, value, 0, 5),
  memoryPools: (name, value) => {
    const pools = objectOption<Record<string, unknown>>(name, value);
    knownKeys(name, pools, memoryPools);
    return Object.fromEntries(
      Object.entries(pools).map(([pool, bytes]) => [pool, integerOption(`${name}.${pool}`, bytes, 0, MAX)]),
    );
  },
  auxStreams: (name, value) => integerOption(name, value, 0, 128),
  tacticSources: (name, value) => {
    if (!Array.isArray(value)) throw argumentError(name, `an array of ${tacticSources.join(', ')}`, value);
    return value.map((source, i) => choiceOption(`${name}[${i}]`, source, tacticSources));
  },
  sparseWeights: booleanOption,
  tiling: (name, value) => {
    const { level, l2LimitBytes, ...rest } = objectOption<Record<string, unknown>>(name, value);
    knownKeys(name, rest, ['level', 'l2LimitBytes']);
    return {
      level: choiceOption(`${name}.level`, level, tilingLevels),
      ...(l2LimitBytes !== undefined && { l2LimitBytes: integerOption(`${name}.l2LimitBytes`, l2LimitBytes, 1, MAX) }),
    };
  },
  avgTimingIterations: (name, value) => integerOption(name, value, 1, 1000),
  maxTactics: (name, value) => integerOption(name, value, 1, 100_000),
  timingCache: (name, value) => {
    const { load, save, ignoreMismatch, ...rest } = objectOption<Record<string, unknown>>(name, value);
    knownKeys(name, rest, ['load', 'save', 'ignoreMismatch']);
    const files = load === undefined ? [] : Array.isArray(load) ? load : [load];
    return {
      load: files.map((file) => pathOption(`${name}.load`, file)),
      ...(save !== undefined && { save: pathOption(`${name}.save`, save) }),
      ...(ignoreMismatch !== undefined && { ignoreMismatch: booleanOption(`${name}.ignoreMismatch`, ignoreMismatch) }),
    };
  },
  versionCompatible: booleanOption,
  hardwareCompatibility: (name, value) => choiceOption(name, value, compatibilities),
  runtimePlatform: (name, value) => choiceOption(name, value, platforms),
  stripWeights: booleanOption,
  refittable: (name, value) => (typeof value === 'boolean' ? value : choiceOption(name, value, ['identical'] as const)),
  weightStreaming: booleanOption,
  strictNans: booleanOption,
  plugins: (name, value) => {
    if (!Array.isArray(value)) throw argumentError(name, 'an array of { path, sha256 }', value);
    return value.map((plugin, i) => {
      const { path, sha256, ...rest } = objectOption<Record<string, unknown>>(`${name}[${i}]`, plugin);
      knownKeys(`${name}[${i}]`, rest, ['path', 'sha256']);
      const hash = stringOption(`${name}[${i}].sha256`, sha256).toLowerCase();
      if (!/^[0-9a-f]{64}$/.test(hash)) throw argumentError(`${name}[${i}].sha256`, '64 hexadecimal digits', sha256);
      return { path: pathOption(`${name}[${i}].path`, path), sha256: hash };
    });
  },
};

/** Names of the options of BuildTuning. */
export const tuningNames = Object.keys(checks) as readonly (keyof BuildTuning)[];

/** Checks what is given of them. Throws INVALID_ARGUMENT or OUT_OF_RANGE. */
export function tuningOptions(given: BuildTuning): BuildTuning {
  const tuning: Record<string, unknown> = {};
  for (const name of tuningNames) {
    if (given[name] !== undefined) tuning[name] = checks[name](`options.${name}`, given[name]);
  }
  return tuning;
}
