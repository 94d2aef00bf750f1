import { argumentError } from '../errors.js';
import type { GpuInfo } from '../machine/gpus.js';
import { choiceOption, knownKeys, objectOption, stringOption } from '../options.js';
import { cpu } from './checks/cpu.js';
import { driver } from './checks/driver.js';
import { gpus } from './checks/gpus.js';
import { limits } from './checks/limits.js';
import { memory } from './checks/memory.js';
import { checkModel } from './checks/model.js';
import { operation } from './checks/operation.js';
import { software } from './checks/software.js';
import { tensorrt } from './checks/tensorrt.js';
import { type Check, type Facts, gatherFacts } from './facts.js';
import { error, type Finding, ok, warning } from './finding.js';
import type { LibrarySearch } from './libraries.js';
import { type Machine, thisMachine } from './machine.js';

/** What a machine may be required to have. */
export type MachineRequirement = 'gpu' | 'tensorrt' | 'tensorrt-rtx';

const required = ['gpu', 'tensorrt', 'tensorrt-rtx'] as const satisfies readonly MachineRequirement[];

/** Options of `doctor`. */
export interface DoctorOptions {
  /** A model that is to run here: a path or file URL. Whether its memory suffices, and what TensorRT would refuse of it, are findings more. */
  model?: string | URL;
  /** What must be there: what is missing is an error. @default [] */
  require?: readonly MachineRequirement[];
}

/** What `doctor` found. */
export interface DoctorReport {
  /** No finding is an error. */
  readonly ok: boolean;
  readonly platform: string;
  readonly findings: readonly Finding[];
  readonly gpus: readonly GpuInfo[];
  readonly libraries: readonly LibrarySearch[];
}

/** In the order of the report. */
const checks: Readonly<Record<string, Check>> = { software, cpu, memory, limits, operation, driver, gpus, tensorrt };

/**
 * Looks at everything on this machine that this library depends on, and says of each what there is, why it matters, and
 * what mends it. Changes nothing. Takes a second or two where there is TensorRT; runs `nvidia-smi`.
 *
 * @throws NodeTensorRTError INVALID_ARGUMENT; what is wrong with the machine, or with the model, is a finding
 */
export async function doctor(options: DoctorOptions = {}): Promise<DoctorReport> {
  const given = objectOption<DoctorOptions>('options', options);
  knownKeys('options', given, ['model', 'require']);
  const wanted = given.require ?? [];
  if (!Array.isArray(wanted)) throw argumentError('options.require', 'an array', wanted);
  const names = wanted.map((name, i) => choiceOption(`options.require[${i}]`, name, required));
  const { model } = given;
  if (model !== undefined && !(model instanceof URL)) stringOption('options.model', model);
  return examine(thisMachine, names, model);
}

/** The same of any machine. */
export async function examine(
  machine: Machine,
  wanted: readonly MachineRequirement[],
  model?: string | URL,
): Promise<DoctorReport> {
  const facts = await gatherFacts(machine);
  const findings: Finding[] = [];
  for (const [name, check] of Object.entries(checks))
    findings.push(...(await guarded(name, () => check(machine, facts))));
  findings.push(...wanted.map((name) => requirement(name, facts)));
  if (model !== undefined) findings.push(...(await checkModel(model, facts)));
  return {
    ok: findings.every(({ severity }) => severity !== 'error'),
    platform: `${machine.platform}-${machine.arch}`,
    findings,
    gpus: facts.gpus.gpus,
    libraries: facts.libraries,
  };
}

/** What a check does not expect of a machine must not hide what the others find. */
async function guarded(name: string, check: () => ReturnType<Check>): Promise<readonly Finding[]> {
  try {
    return await check();
  } catch (cause) {
    return [warning(`doctor/${name}`, 'not looked at', cause instanceof Error ? cause.message : String(cause))];
  }
}

function requirement(name: MachineRequirement, { gpus: search, libraries }: Facts): Finding {
  const id = `require/${name}`;
  if (name === 'gpu') {
    return search.gpus.length > 0 ? ok(id, `${search.gpus.length} GPUs`) : error(id, 'no GPU', 'a GPU is required');
  }
  const found = libraries.find(({ flavour }) => flavour === name)?.found;
  return found ? ok(id, found.version) : error(id, 'none', `${name} is required`);
}
