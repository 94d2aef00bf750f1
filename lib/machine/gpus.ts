import type { RunTool } from './run-tool.js';

/** A GPU as NVIDIA's `nvidia-smi` tells of it. null: it does not say. */
export interface GpuInfo {
  readonly index: number;
  readonly name: string;
  readonly uuid: string;
  /** 8.9 */
  readonly computeCapability: number | null;
  readonly totalBytes: number | null;
  readonly freeBytes: number | null;
  readonly mig: boolean | null;
  readonly ecc: boolean | null;
  /** Since the driver was loaded. */
  readonly uncorrectedErrors: number | null;
  readonly persistence: boolean | null;
  readonly maxClockMhz: number | null;
  readonly temperatureC: number | null;
}

export interface GpuSearch {
  readonly gpus: readonly GpuInfo[];
  /** Version of CUDA that the driver supports. */
  readonly cuda: string | null;
  /** Version of the driver, as nvidia-smi has it. */
  readonly driver: string | null;
  /** What nvidia-smi said where it told of no GPU; undefined: it did, or there is no nvidia-smi. */
  readonly failure?: string;
  readonly hasTool: boolean;
}

const fields = [
  ...['index', 'name', 'uuid', 'compute_cap', 'memory.total', 'memory.free', 'mig.mode.current'],
  ...['ecc.mode.current', 'ecc.errors.uncorrected.volatile.total', 'persistence_mode', 'clocks.max.sm'],
  'temperature.gpu',
];
const MIB = 2 ** 20;

/** Warnings stand between the lines of GPUs, and a GPU that is lost makes the exit code of all of them one of failure. */
export async function findGpus(run: RunTool): Promise<GpuSearch> {
  const answer = await run('nvidia-smi', [`--query-gpu=${fields.join(',')}`, '--format=csv,noheader,nounits']);
  if (answer === undefined) return { gpus: [], cuda: null, driver: null, hasTool: false };
  const version = (await run('nvidia-smi', ['--version']))?.output ?? '';
  const gpus = answer.output.split('\n').filter(isGpu).map(parseGpu);
  return {
    gpus,
    cuda: /^CUDA Version\s*:\s*(\d+\.\d+)/im.exec(version)?.[1] ?? null,
    driver: /^DRIVER version\s*:\s*(\d+(?:\.\d+)+)/im.exec(version)?.[1] ?? null,
    hasTool: true,
    ...(gpus.length === 0 && { failure: answer.output || 'nvidia-smi prints nothing' }),
  };
}

const isGpu = (line: string) => /^\s*\d+\s*,[^,]*,\s*GPU-/.test(line);

function parseGpu(line: string): GpuInfo {
  const values = line.split(',').map((value) => value.trim());
  const text = (field: string) => {
    const value = values[fields.indexOf(field)] ?? '';
    return /^\[.*\]$|^(N\/A|Not Supported)$/i.test(value) || value === '' ? null : value;
  };
  const number = (field: string) => {
    const value = Number(text(field) ?? Number.NaN);
    return Number.isNaN(value) ? null : value;
  };
  const flag = (field: string) => {
    const value = text(field);
    return value === 'Enabled' ? true : value === 'Disabled' ? false : null;
  };
  const bytes = (field: string) => {
    const value = number(field);
    return value === null ? null : value * MIB;
  };
  return {
    index: number('index') ?? 0,
    name: text('name') ?? 'unknown',
    uuid: text('uuid') ?? '',
    computeCapability: number('compute_cap'),
    totalBytes: bytes('memory.total'),
    freeBytes: bytes('memory.free'),
    mig: flag('mig.mode.current'),
    ecc: flag('ecc.mode.current'),
    uncorrectedErrors: number('ecc.errors.uncorrected.volatile.total'),
    persistence: flag('persistence_mode'),
    maxClockMhz: number('clocks.max.sm'),
    temperatureC: number('temperature.gpu'),
  };
}
