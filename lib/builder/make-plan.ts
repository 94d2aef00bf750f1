import { rm, stat } from 'node:fs/promises';
import { addPlan } from '../cache/add-plan.js';
import { castCached } from '../cache/cast-cached.js';
import { findPlan, type PlanHit, type PlanMiss } from '../cache/find-plan.js';
import { cacheFolders } from '../cache/folders.js';
import { removeLeftBuilds } from '../cache/leftovers.js';
import { planPath } from '../cache/plan-entry.js';
import { withPlanLock } from '../cache/plan-lock.js';
import { temporaryFolder } from '../cache/temporary-folder.js';
import { NodeTensorRTError } from '../errors.js';
import type { CastReport } from '../onnx/cast/report.js';
import type { PlanDraft, PlanHeader } from '../plan/header.js';
import { hashOfKey } from '../plan/key.js';
import type { PlanRequest } from './build-options.js';
import type { IgnoredOption } from './effects.js';
import { modelOnDisk } from './model-on-disk.js';
import { planDraft } from './plan-draft.js';
import { parserHints, preflight } from './preflight.js';
import { modelChanged, type PreparedPlan, preparePlan } from './prepare-plan.js';
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

/** Puts what was built where it is wanted. */
type Write = (draft: PlanDraft, payload: string) => Promise<{ path: string; header: PlanHeader }>;

/** What is done with a plan of the cache before anybody may prune it. It may begin at once, and ends when that is `checked`. */
type Use = (path: string, checked: Promise<void>) => Promise<void>;

/**
 * The plan of a model: out of the cache, or built. What builds the same at the same time, in whatever process, waits for one.
 * @param write where there is no cache, or it cannot be written
 * @param use of the plan in the cache
 */
export async function makePlan(given: PlanRequest, write: Write, use: Use): Promise<MadePlan> {
  // What a function of the user's throws ends the build as an abort does, with that.
  const failure = new AbortController();
  const signal = given.signal ? AbortSignal.any([given.signal, failure.signal]) : failure.signal;
  const request = { ...given, signal };
  const progress = new ProgressReporter(request.onProgress, (error) => failure.abort(error));
  try {
    progress.enter('reading');
    const prepared = await preparePlan(request);
    signal.throwIfAborted();
    const made =
      request.cacheDir === false
        ? await uncached(prepared, progress, write)
        : await cached(prepared, progress, { write, use });
    progress.enter('done');
    signal.throwIfAborted();
    return { ...made, ignored: [...prepared.ignored, ...unwritten(made, prepared)] };
  } finally {
    progress.close();
  }
}

type Made = Omit<MadePlan, 'ignored'>;

/** A timing cache is written by a build. */
function unwritten({ cached }: Made, { inForce }: PreparedPlan): readonly IgnoredOption[] {
  if (!cached || inForce.timingCache?.save === undefined) return [];
  const reason = 'the plan was in the cache, so nothing was measured, and options.timingCache.save is not written';
  return [{ option: 'timingCache', reason }];
}

async function cached(
  prepared: PreparedPlan,
  progress: ProgressReporter,
  { write, use }: { write: Write; use: Use },
): Promise<Made> {
  const { request, key } = prepared;
  const { cacheDir, signal, name, cacheBytes } = request;
  const { plans } = cacheFolders(cacheDir === false ? undefined : cacheDir);
  const isCached = { cached: true, reason: 'it is in the cache', cast: undefined, built: undefined };
  // Without the lock first: it is not needed for a plan that is there, and cannot be had in a cache that is only read.
  const finding = findPlan(plans, key, name, signal);
  const using = use(planPath(plans, hashOfKey(key)), finding.then(checkHit));
  const failure = await using.then(
    () => undefined,
    (error: unknown) => ({ error }),
  );
  const there = await finding;
  if (there.path !== undefined) {
    if (failure === undefined) return { ...there, ...isCached };
    if (await isThere(there.path)) throw failure.error;
    // It was pruned meanwhile.
  }
  let isMine = false;
  const work = async (): Promise<Made> => {
    isMine = true;
    const entry = await findPlan(plans, key, name, signal);
    if (entry.path !== undefined) {
      await use(entry.path, CHECKED);
      return { ...entry, ...isCached };
    }
    progress.expectedMs = entry.nearest?.buildMs ?? null;
    return build(prepared, progress, entry.reason, plans, async (header, payload) => {
      const plan = { payload, header, ...(cacheBytes !== undefined && { maxBytes: cacheBytes }) };
      let added: PlanHit;
      try {
        added = await addPlan(plans, key, plan, signal);
      } catch (error) {
        warnOfCache(plans, error);
        return write(header, payload);
      }
      await use(added.path, CHECKED);
      return added;
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

const CHECKED = Promise.resolve();

function checkHit({ path }: PlanHit | PlanMiss): void {
  if (path === undefined) throw new NodeTensorRTError('INTERNAL', 'what is not in the cache is not used');
}

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Throws what is not about writing to the cache. */
function warnOfCache(folder: string, error: unknown): void {
  if (!(error instanceof NodeTensorRTError) || error.details['reason'] !== 'unwritable') throw error;
  const text = `plans cannot be kept in ${folder} and are built anew each time: ${error.message}`;
  process.emitWarning(text, { type: 'NodeTensorRTWarning', code: 'NODE_TENSORRT_CACHE' });
}

async function uncached(prepared: PreparedPlan, progress: ProgressReporter, write: Write): Promise<Made> {
  await removeLeftBuilds(prepared.request.tempDir);
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
    const { model, cast } = await inPrecision(prepared, progress);
    await preflight(model, chosen.backend, chosen.targets);
    request.signal?.throwIfAborted();
    const { inputs, outputs } = await model.describe();
    const work = {
      model: await modelOnDisk(model, folder),
      folder,
      chosen,
      profiles: prepared.profiles,
      tuning: prepared.inForce,
      dims: new Map([...inputs, ...outputs].map(({ name, dims }) => [name, dims])),
      hints: () => parserHints(model, chosen.backend),
    };
    progress.enter('parsing');
    const built = await runBuild(work, request, progress);
    if ((await prepared.files.identity()) !== prepared.identity) throw modelChanged(request.name);
    progress.enter('writing');
    const draft = await planDraft(prepared, built, model, performance.now() - started);
    return { ...(await write(draft, built.payload)), cached: false, reason, cast, built };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The model that is built: as it is, or cast. */
async function inPrecision({ request, model }: PreparedPlan, progress: ProgressReporter) {
  const { precision } = request;
  if (precision !== 'fp16' && precision !== 'bf16') return { model, cast: undefined };
  progress.enter('casting');
  const cast = await castCached(model, precision, request);
  return { model: cast.model, cast: cast.report };
}
