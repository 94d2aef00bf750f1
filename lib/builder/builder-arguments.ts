import type { ShapeProfile, ShapeRange } from '../plan/profile.js';
import type { BuildTuning } from './tuning.js';

/** What a builder process is asked for. */
export interface BuildRequest {
  /** Found before; the builder looks by itself where it is not given. */
  readonly library?: { readonly path: string; readonly parser: string } | undefined;
  readonly model: string;
  /** Files that it writes. Without them it only looks whether the model can be built. */
  readonly plan?: string;
  readonly layers?: string;
  readonly targets: readonly string[];
  readonly profiles: readonly ShapeProfile[];
  readonly tuning: BuildTuning;
  /** Whether somebody wants what TensorRT says beside warnings. */
  readonly isTold?: boolean;
}

/** The arguments of the builder program's command `build` (`native/backends/tensorrt/builder`). */
export function builderArguments(request: BuildRequest): string[] {
  const { library, model, plan, layers, targets, profiles, tuning, isTold } = request;
  const args = library ? ['--library', library.path, '--parser', library.parser] : [];
  if (isTold) args.push('--log-level', 'info');
  args.push('--model', model);
  if (plan !== undefined) args.push('--plan', plan);
  if (layers !== undefined) args.push('--layers', layers);
  for (const target of targets) args.push('--target', target);
  for (const [i, profile] of profiles.entries()) {
    args.push('--profile', String(i));
    for (const [input, range] of Object.entries(profile)) {
      args.push('--shape', `${input}=${ends(range)}`);
      if (range.values) args.push('--values', `${input}=${ends(range.values)}`);
    }
  }
  for (const { path } of tuning.plugins ?? []) args.push('--plugin', path);
  return [...args, ...flags(tuning), ...settings(tuning)];
}

function ends({ min, opt, max }: Pick<ShapeRange, 'min' | 'opt' | 'max'>): string {
  return [min, opt, max].map((list) => list.join('x')).join(',');
}

/** NVIDIA lets TF32 be where nothing is said; we do not. */
function flags({ tf32 = false, sparseWeights, stripWeights, refittable, ...more }: BuildTuning): string[] {
  const on = [
    tf32 && 'tf32',
    sparseWeights && 'sparseWeights',
    stripWeights && 'stripPlan',
    refittable === true && 'refit',
    refittable === 'identical' && 'refitIdentical',
    more.weightStreaming && 'weightStreaming',
    more.strictNans && 'strictNans',
    // Without the lean runtime in the plan, whose code would run in this process.
    ...(more.versionCompatible ? ['versionCompatible', 'excludeLeanRuntime'] : []),
  ];
  const given = on.filter((name) => typeof name === 'string').flatMap((name) => ['--flag', name]);
  return tf32 ? given : [...given, '--no-flag', 'tf32'];
}

function settings(tuning: BuildTuning): string[] {
  const args: string[] = [];
  const add = (name: string, value: string | number | undefined) => {
    if (value !== undefined) args.push(name, String(value));
  };
  for (const [pool, bytes] of Object.entries(tuning.memoryPools ?? {})) add('--memory-pool', `${pool}=${bytes}`);
  add('--optimization-level', tuning.optimizationLevel);
  add('--aux-streams', tuning.auxStreams);
  add('--avg-timing-iterations', tuning.avgTimingIterations);
  add('--max-tactics', tuning.maxTactics);
  for (const source of tuning.tacticSources ?? []) add('--tactic-source', source);
  add('--tiling', tuning.tiling?.level);
  add('--tiling-l2-bytes', tuning.tiling?.l2LimitBytes);
  add('--hardware-compatibility', tuning.hardwareCompatibility);
  add('--runtime-platform', tuning.runtimePlatform);
  const { load, save, ignoreMismatch } = tuning.timingCache ?? {};
  for (const file of typeof load === 'string' ? [load] : (load ?? [])) add('--timing-cache', file);
  add('--save-timing-cache', save);
  if (ignoreMismatch) add('--ignore-timing-mismatch', 'true');
  return args;
}
