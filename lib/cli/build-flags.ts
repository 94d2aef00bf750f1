import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type BuildOptions, NodeTensorRTError, type ShapeProfile } from '../index.js';
import { readSamples } from '../toolkit/index.js';
import { WrongUse } from './failure.js';
import { readKeyFile } from './key-file.js';
import { parseSize } from './size.js';
import { wholeNumber } from './verb.js';

/** What the verb `build` takes, for parseArgs. */
export const buildFlags = {
  output: { type: 'string', short: 'o' },
  backend: { type: 'string' },
  target: { type: 'string', multiple: true },
  device: { type: 'string' },
  precision: { type: 'string' },
  profile: { type: 'string', multiple: true },
  samples: { type: 'string' },
  'max-batch': { type: 'string' },
  dim: { type: 'string', multiple: true },
  tf32: { type: 'boolean' },
  'optimization-level': { type: 'string' },
  workspace: { type: 'string' },
  'strip-weights': { type: 'boolean' },
  refittable: { type: 'boolean' },
  'weight-streaming': { type: 'boolean' },
  'version-compatible': { type: 'boolean' },
  'hardware-compatibility': { type: 'string' },
  'timing-cache': { type: 'string' },
  options: { type: 'string' },
  sign: { type: 'string' },
  memory: { type: 'string' },
  'cache-dir': { type: 'string' },
  'no-cache': { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Flags = {
  [K in keyof typeof buildFlags]?: (typeof buildFlags)[K] extends { multiple: true }
    ? string[]
    : (typeof buildFlags)[K]['type'] extends 'boolean'
      ? boolean
      : string;
};

/** Flags of options that messages name. */
const FLAGS: Readonly<Record<string, string>> = {
  ...{ targets: '--target', backend: '--backend', device: '--device', precision: '--precision', profiles: '--profile' },
  ...{ samples: '--samples', freeDimensionOverrides: '--dim', 'batching.maxSize': '--max-batch', tf32: '--tf32' },
  ...{
    optimizationLevel: '--optimization-level',
    'memoryPools.workspace': '--workspace',
    sign: '--sign',
    output: '-o',
  },
  ...{ hardwareCompatibility: '--hardware-compatibility', buildMemoryBytes: '--memory', cacheDir: '--cache-dir' },
  ...{ stripWeights: '--strip-weights', refittable: '--refittable', versionCompatible: '--version-compatible' },
  ...{ timingCache: '--timing-cache' },
};

/** The flag that an option of `build` has here; the option itself where it comes from a file. */
export function flagOf(option: string): string {
  return FLAGS[option] ?? option;
}

/** An error with the flags of this verb in its message, where it names options. */
export function inFlags(error: unknown): unknown {
  if (!(error instanceof NodeTensorRTError)) return error;
  const text = error.message.replace(/\boptions\.([\w.]+?)(\[\d+\])?(?=[:\s,)]|$)/g, (whole, name: string) => {
    return FLAGS[name] ?? FLAGS[name.split('.')[0] ?? ''] ?? whole;
  });
  return new NodeTensorRTError(error.code, text, error.details, { cause: error });
}

/** Options of `build` from the command line, over those of a file. */
export async function buildOptions(flags: Flags): Promise<Partial<BuildOptions>> {
  const whole = (name: 'max-batch' | 'optimization-level') => {
    const text = flags[name];
    return text === undefined ? undefined : wholeNumber(`--${name}`, text);
  };
  const size = (name: 'workspace' | 'memory') => {
    const text = flags[name];
    return text === undefined ? undefined : parseSize(`--${name}`, text);
  };
  if (flags['no-cache'] && flags['cache-dir'] !== undefined)
    throw new WrongUse('--no-cache and --cache-dir are one or the other');
  const maxSize = whole('max-batch');
  const workspace = size('workspace');
  const given = {
    backend: flags.backend,
    targets: flags.target?.flatMap((text) => text.split(',')),
    device: flags.device !== undefined && /^\d+$/.test(flags.device) ? Number(flags.device) : flags.device,
    precision: flags.precision,
    profiles: flags.profile?.map((text) => parseProfile(text)),
    samples: flags.samples === undefined ? undefined : readSamples(flags.samples),
    batching: maxSize === undefined ? undefined : { maxSize },
    freeDimensionOverrides: flags.dim && Object.fromEntries(flags.dim.map((text) => parseDim(text))),
    tf32: flags.tf32,
    optimizationLevel: whole('optimization-level'),
    memoryPools: workspace === undefined ? undefined : { workspace },
    stripWeights: flags['strip-weights'],
    refittable: flags.refittable,
    weightStreaming: flags['weight-streaming'],
    versionCompatible: flags['version-compatible'],
    hardwareCompatibility: flags['hardware-compatibility'],
    timingCache: flags['timing-cache'] === undefined ? undefined : timingCache(flags['timing-cache']),
    sign: flags.sign === undefined ? undefined : await readKeyFile('--sign', flags.sign),
    buildMemoryBytes: size('memory'),
    cacheDir: flags['no-cache'] ? false : flags['cache-dir'],
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  // What they may be is checked by build().
  return { ...(await fileOptions(flags.options)), ...Object.fromEntries(set) };
}

/** Read where there is one, and written. */
function timingCache(file: string): BuildOptions['timingCache'] {
  return { ...(existsSync(file) && { load: file }), save: file };
}

async function fileOptions(path: string | undefined): Promise<object> {
  if (path === undefined) return {};
  try {
    const value: unknown = JSON.parse(await readText('--options', path));
    if (value !== null && typeof value === 'object' && !Array.isArray(value)) return value;
  } catch (error) {
    if (error instanceof WrongUse) throw error;
  }
  throw new WrongUse(`--options: '${path}' is no JSON object`);
}

async function readText(option: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new WrongUse(`${option}: '${path}' cannot be read: ${(error as Error).message}`);
  }
}

/** 'x=1x3x8,8x3x8,32x3x8;y=…' */
function parseProfile(text: string): ShapeProfile {
  const wrong = () =>
    new WrongUse(`--profile: expected INPUT=SMALLEST,USUAL,LARGEST, each as 1x3x224x224, received '${text}'`);
  const inputs = text.split(';').map((part) => {
    const equals = part.lastIndexOf('=');
    const shapes = part
      .slice(equals + 1)
      .split(',')
      .map((shape) => shape.split('x').map((item) => sizeOf(item, wrong)));
    const [min, opt, max, ...more] = shapes;
    if (equals < 1 || !min || !opt || !max || more.length > 0) throw wrong();
    return [part.slice(0, equals), { min, opt, max }] as const;
  });
  return Object.fromEntries(inputs);
}

function sizeOf(text: string, wrong: () => WrongUse): number {
  if (!/^\d{1,10}$/.test(text)) throw wrong();
  return Number(text);
}

function parseDim(text: string): [string, number] {
  const equals = text.lastIndexOf('=');
  if (equals < 1) throw new WrongUse(`--dim: expected NAME=SIZE, received '${text}'`);
  return [text.slice(0, equals), wholeNumber('--dim', text.slice(equals + 1), 15)];
}
