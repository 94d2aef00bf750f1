import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import type { PlanLayer, PlanTensor } from '../plan/header.js';
import type { ShapeProfile } from '../plan/profile.js';
import { backendTitles } from './backend.js';
import type { PlanRequest } from './build-options.js';
import { builderArguments } from './builder-arguments.js';
import { type BuilderLog, builderError, emptyLog, note } from './builder-error.js';
import type { ChosenBackend } from './choose-backend.js';
import type { BuilderEvent, ParsedEvent, RefusedNode, Severity } from './events.js';
import type { ProgressReporter } from './progress.js';
import { runBuilder } from './run-builder.js';
import type { BuildTuning } from './tuning.js';

/** What NVIDIA's builder made. */
export interface BuiltPlan {
  /** Of the plan as NVIDIA has it, in the folder that was given. */
  readonly payload: string;
  readonly inputs: readonly PlanTensor[];
  readonly outputs: readonly PlanTensor[];
  readonly layers: readonly PlanLayer[];
  readonly log: BuilderLog;
  readonly parseSeconds: number;
  readonly buildSeconds: number;
  /** Most memory that the process had. 0: the system does not say. */
  readonly peakBytes: number;
}

export interface BuildWork {
  readonly model: string;
  /** For files on the way. */
  readonly folder: string;
  readonly chosen: ChosenBackend;
  readonly profiles: readonly ShapeProfile[];
  readonly tuning: BuildTuning;
  /** Names of open dimensions, by tensor, as the model has them. */
  readonly dims: ReadonlyMap<string, readonly (number | string | null)[] | undefined>;
  /** What to do about nodes that the parser refuses: looked for where it refuses some. */
  readonly hints: () => Promise<(node: RefusedNode) => string | undefined>;
}

/** Has the builder's process build a plan. Throws BUILD_FAILED and what else builderError() tells. */
export async function runBuild(work: BuildWork, request: PlanRequest, progress: ProgressReporter): Promise<BuiltPlan> {
  const { chosen, folder } = work;
  const payload = join(folder, 'plan');
  const layers = join(folder, 'layers.json');
  // Of a GPU of this machine no target is told: it is measured there.
  const targets = chosen.device ? [] : chosen.targets;
  const { library, files } = chosen;
  const args = builderArguments({
    ...work,
    library,
    plan: payload,
    layers,
    targets,
    isTold: request.logger !== undefined,
  });
  const log = emptyLog();
  let parsed: ParsedEvent | undefined;
  let built: Extract<BuilderEvent, { event: 'built' }> | undefined;
  let version = '';
  const limits = {
    memoryBytes: request.memoryBytes ?? availableMemory(),
    niceness: request.niceness,
    device: chosen.device?.uuid,
  };
  const end = await runBuilder(
    files,
    'build',
    args,
    limits,
    (event) => {
      note(log, event);
      progress.follow(event);
      if (event.event === 'log') progress.guard(() => tell(request, event.severity, event.text));
      if (event.event === 'library') version = event.version;
      if (event.event === 'parsed') parsed = event;
      if (event.event === 'built') built = event;
    },
    request.signal,
  );
  const what = `${backendTitles[chosen.backend]} cannot build '${request.name}'`;
  if (end.exitCode !== 0 || !parsed || !built) {
    const hints = log.refused.length > 0 ? await work.hints() : () => undefined;
    throw withLimit(builderError(what + withoutGpu(work), log, end, hints), request, limits.memoryBytes);
  }
  if (version !== library.version) {
    const text = `${what}: its library became ${version} while it was built for ${library.version}; build again`;
    throw new NodeTensorRTError('BUILD_FAILED', text, { reason: 'library-changed' });
  }
  const named = (tensors: ParsedEvent['inputs']) =>
    tensors.map((tensor) => withNames(tensor, work.dims.get(tensor.name)));
  return {
    payload,
    inputs: named(parsed.inputs),
    outputs: named(parsed.outputs),
    layers: JSON.parse(await readFile(layers, 'utf8')) as PlanLayer[],
    log,
    parseSeconds: parsed.seconds,
    buildSeconds: built.seconds,
    peakBytes: built.peakBytes,
  };
}

/** How the system's loader says that a library, which was opened before, finds no memory within the limit. */
const NO_ROOM = /cannot map zero-fill pages|failed to map segment|[Cc]annot allocate memory/;

/** OUT_OF_MEMORY says which limit was in force, and who set it. */
function withLimit(error: NodeTensorRTError, { memoryBytes }: PlanRequest, limit: number): NodeTensorRTError {
  const isUnopened = error.code === 'BACKEND_UNAVAILABLE' && NO_ROOM.test(error.message);
  if ((error.code !== 'OUT_OF_MEMORY' && !isUnopened) || limit === 0) return error;
  const from = memoryBytes === undefined ? 'what was available when it started' : 'options.buildMemoryBytes, --memory';
  const text = `${error.message}. The builder's process may take ${Math.floor(limit / 2 ** 20)} MiB (${from})`;
  const details = { kind: 'host', ...error.details, option: 'options.buildMemoryBytes', limitBytes: limit };
  return new NodeTensorRTError('OUT_OF_MEMORY', text, details, { cause: error });
}

/** A reason that its own message does not tell. */
function withoutGpu({ chosen, tuning }: BuildWork): string {
  if (chosen.device || !(tuning.stripWeights || tuning.refittable)) return '';
  return ' with stripWeights or refittable, for which TensorRT-RTX 1.7 was seen to need a GPU';
}

/** A tensor of the network, with the model's names for what is open. */
function withNames(
  { name, type, dims }: ParsedEvent['inputs'][number],
  own: readonly (number | string | null)[] | undefined,
): PlanTensor {
  const nameOf = (axis: number) => {
    const dim = own?.[axis];
    return typeof dim === 'string' ? dim : `${name}_${axis}`;
  };
  return { name, type, dims: dims.map((size, axis) => (size < 0 ? nameOf(axis) : size)) };
}

const levelOf = { error: 'error', warning: 'warn', info: 'info', verbose: 'debug' } as const;

function tell({ logger, name }: PlanRequest, severity: Severity, text: string): void {
  logger?.[levelOf[severity]]({ model: name, source: 'tensorrt' }, text);
}

/** What the system, or the container, can give without taking from others. 0: it does not say, or has no such limit. */
function availableMemory(): number {
  if (process.platform === 'darwin') return 0;
  const { availableMemory: ask } = process as { availableMemory?: () => number };
  return ask?.call(process) ?? 0;
}
