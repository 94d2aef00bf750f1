import { rm } from 'node:fs/promises';
import { addPlan } from '../cache/add-plan.js';
import { castCached } from '../cache/cast-cached.js';
import { findPlan } from '../cache/find-plan.js';
import { cacheFolders } from '../cache/folders.js';
import { withPlanLock } from '../cache/plan-lock.js';
import { temporaryFolder } from '../cache/temporary-folder.js';
import { NodeTensorRTError } from '../errors.js';
import type { CastReport } from '../onnx/cast/report.js';
import { readModel } from '../onnx/file/read-model.js';
import type { PlanDraft, PlanHeader } from '../plan/header.js';
import type { PlanRequest } from './build-options.js';
import type { IgnoredOption } from './effects.js';
import { modelOnDisk } from './model-on-disk.js';
import { planDraft } from './plan-draft.js';
import { parserHints, preflight } from './preflight.js';
import { type PreparedPlan, preparePlan } from './prepare-plan.js';
import { ProgressReporter } from './progress.js';
import { type BuiltPlan, runBuild } from './run-build.js';

/** A plan, where it is, and how it came about. */
export interface MadePlan {
  readonly path: string;
  readonly header: PlanHeader;
  /** Whether it was there before. */
  readonly cached: boolean;
  /** Why it was built, or that it was there. */
  readonly reason: string;
  readonly ignored: readonly IgnoredOption[];
  readonly cast: CastReport | undefined;
  readonly built: BuiltPlan | undefined;
}

/**
 * The plan of a model: out of the cache, or built. What builds the same at the same time, in whatever process, waits for one.
 * Without a cache `write` puts what was built where it is wanted; with one it gets the path of the plan in it.
 */
export async function makePlan(request: PlanRequest, write: Write): Promise<MadePlan> {
  const progress = new ProgressReporter(request.onProgress);
  try {
    progress.enter('reading');
    const prepared = await preparePlan(request);
    const made = await (request.cacheDir === false ? uncached : cached)(prepared, progress, write);
    progress.enter('done');
    return { ...made, ignored: prepared.ignored };
  } finally {
    progress.close();
  }
}

type Made = Omit<MadePlan, 'ignored'>;
type Write = (draft: PlanDraft, payload: string) => Promise<{ path: string; header: PlanHeader }>;

async function cached(prepared: PreparedPlan, progress: ProgressReporter, write: Write): Promise<Made> {
  const { request, key } = prepared;
  const { cacheDir, signal, name, cacheBytes } = request;
  const { plans } = cacheFolders(cacheDir === false ? undefined : cacheDir);
  let isMine = false;
  const work = async (): Promise<Made> => {
    isMine = true;
    const entry = await findPlan(plans, key, name, signal);
    if (entry.path !== undefined) {
      return { ...entry, cached: true, reason: 'it is in the cache', cast: undefined, built: undefined };
    }
    progress.expectedMs = entry.nearest?.buildMs ?? null;
    return build(prepared, progress, entry.reason, plans, async (header, payload) => {
      const plan = { payload, header, ...(cacheBytes !== undefined && { maxBytes: cacheBytes }) };
      try {
        return await addPlan(plans, key, plan, signal);
      } catch (error) {
        warnOfCache(plans, error);
        return write(header, payload);
      }
    });
  };
  try {
    return await withPlanLock(plans, key, work, {
      ...(signal && { signal }),
      onWait: () => progress.enter('waiting'),
    });
  } catch (error) {
    if (isMine) throw error;
    warnOfCache(plans, error);
    return uncached(prepared, progress, write);
  }
}

/** Throws what is not about writing to the cache. */
function warnOfCache(folder: string, error: unknown): void {
  if (!(error instanceof NodeTensorRTError) || error.details['reason'] !== 'unwritable') throw error;
  const text = `plans cannot be kept in ${folder} and are built anew each time: ${error.message}`;
  process.emitWarning(text, { type: 'NodeTensorRTWarning', code: 'NODE_TENSORRT_CACHE' });
}

function uncached(prepared: PreparedPlan, progress: ProgressReporter, write: Write): Promise<Made> {
  return build(prepared, progress, 'there is no cache', prepared.request.tempDir, write);
}

async function build(
  prepared: PreparedPlan,
  progress: ProgressReporter,
  reason: string,
  tempDir: string,
  write: Write,
): Promise<Made> {
  const { request, chosen } = prepared;
  const started = performance.now();
  const folder = await temporaryFolder(tempDir);
  try {
    const { source, model, cast } = await inPrecision(prepared, progress);
    await preflight(model, chosen.backend, chosen.targets);
    request.signal?.throwIfAborted();
    const files = await modelOnDisk(source, source === request.source ? request.externalData : [], folder);
    progress.enter('parsing');
    const work = {
      model: files,
      folder,
      chosen,
      profiles: prepared.profiles,
      tuning: prepared.inForce,
      dims: new Map([...model.graph.inputs, ...model.graph.outputs].map(({ name, dims }) => [name, dims])),
      hints: () => parserHints(model, chosen.backend),
    };
    const built = await runBuild(work, request, progress);
    progress.enter('writing');
    const draft = await planDraft(prepared, built, model, performance.now() - started);
    return { ...(await write(draft, built.payload)), cached: false, reason, cast, built };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The model that is built: as it is, or cast. */
async function inPrecision({ request, model: given }: PreparedPlan, progress: ProgressReporter) {
  const { precision, source: path } = request;
  if (precision !== 'fp16' && precision !== 'bf16') return { source: path, model: given, cast: undefined };
  progress.enter('casting');
  const { source, report } = await castCached(path, given, precision, request);
  return { source, model: await readModel(source, { limits: request.limits }), cast: report };
}
