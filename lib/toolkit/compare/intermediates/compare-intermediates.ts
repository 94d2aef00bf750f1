import { NodeTensorRTError } from '../../../errors.js';
import { Pauses } from '../../../onnx/file/pauses.js';
import type { Runner } from '../../../onnx/runner.js';
import type { TensorLike, TensorMap, TensorSpec } from '../../../tensor/types.js';
import type { CompareProgress } from '../compare-options.js';
import { statisticsOf } from '../output-record.js';
import type { IntermediateReport, IntermediatesReport } from '../report.js';
import { inputsFor } from '../sample-inputs.js';
import type { Side } from '../side.js';
import { compareTensors } from '../statistics/compare-tensors.js';
import { ErrorSums } from '../statistics/error-sums.js';
import { breaches, type Tolerance } from '../tolerances.js';
import { comparedInputs } from './ancestors.js';
import { divergences } from './divergences.js';
import { describeValues, loadReturning } from './fetched-values.js';
import { type InnerValue, innerValues } from './inner-values.js';
import { specBytes, symbolSizes, ValueGroups } from './value-groups.js';

/** What `compareIntermediates` needs to know. */
export interface IntermediatesPlan {
  readonly which: readonly string[] | number;
  readonly names: ReadonlyMap<string, string>;
  readonly divergence: Tolerance;
  readonly maxBytesPerRun: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (progress: CompareProgress) => void;
}

/** A value of both models while it is compared. */
interface Compared extends InnerValue {
  readonly specs: { readonly a: TensorSpec; readonly b: TensorSpec };
  readonly sums: ErrorSums;
  isFloat: boolean;
  isText: boolean;
  /** Why it was given up. */
  failure?: string;
}

/** Reasons that a report lists one by one. */
const MAX_SKIPPED = 100;

/** Compares values inside of two models, run without optimisations, in groups that fit into memory. */
export async function compareIntermediates(
  a: Side,
  b: Side,
  samples: readonly TensorMap[],
  plan: IntermediatesPlan,
): Promise<IntermediatesReport> {
  const { values, skipped } = await innerValues(await a.model(), await b.model(), plan.which, plan.names);
  const inA = await describeValues(
    a,
    values.map(({ value }) => value.name),
    plan.signal,
  );
  const inB = await describeValues(
    b,
    values.map(({ nameInB }) => nameInB),
    plan.signal,
  );
  const compared: Compared[] = [];
  for (const inner of values) {
    const [specA, specB] = [inA.values.get(inner.value.name), inB.values.get(inner.nameInB)];
    const reason = inA.refused.get(inner.value.name) ?? inB.refused.get(inner.nameInB);
    if (specA && specB) {
      compared.push({ ...inner, specs: { a: specA, b: specB }, sums: new ErrorSums(), isFloat: false, isText: false });
    } else skipped.set(inner.value.name, reason ?? 'a backend does not return it');
  }
  const sizes = symbolSizes(inA.inputs, samples);
  const groups = await runGroups(a, b, samples, compared, sizes, plan);
  const reports = await report(compared, plan.divergence, skipped);
  const [first, ...further] = divergences(reports);
  return {
    samples: samples.length,
    groups,
    divergence: plan.divergence,
    values: reports,
    firstDivergence: first ?? null,
    furtherDivergences: further,
    skipped: [...skipped].slice(0, MAX_SKIPPED).map(([value, reason]) => ({ value, reason })),
    numSkipped: skipped.size,
  };
}

/** Returns the number of groups. */
async function runGroups(
  a: Side,
  b: Side,
  samples: readonly TensorMap[],
  compared: readonly Compared[],
  sizes: ReadonlyMap<string, number>,
  plan: IntermediatesPlan,
): Promise<number> {
  const knownBytes = ({ specs }: Compared) => {
    const [x, y] = [specBytes(specs.a, sizes), specBytes(specs.b, sizes)];
    return x === undefined && y === undefined ? undefined : (x ?? y ?? 0) + (y ?? x ?? 0);
  };
  const groups = new ValueGroups(compared, knownBytes, plan.maxBytesPerRun);
  let count = 0;
  let done = 0;
  for (let group = groups.next(); group; group = groups.next()) {
    const learnt = await runGroup(a, b, samples, group, plan);
    groups.learn(group.flatMap((value) => (knownBytes(value) === undefined ? [learnt.get(value) ?? 0] : [])));
    count++;
    done += group.length;
    plan.onProgress({ phase: 'intermediates', done, total: compared.length });
  }
  return count;
}

/** Returns the bytes that each value took, in both models together. */
async function runGroup(
  a: Side,
  b: Side,
  samples: readonly TensorMap[],
  group: readonly Compared[],
  plan: IntermediatesPlan,
): Promise<Map<Compared, number>> {
  const bytes = new Map<Compared, number>();
  const runners: Runner[] = [];
  const pauses = new Pauses();
  try {
    const runnerA = await loadReturning(
      a,
      group.map(({ value }) => value.name),
    );
    runners.push(runnerA);
    const runnerB = await loadReturning(b, [...new Set(group.map(({ nameInB }) => nameInB))]);
    runners.push(runnerB);
    for (const [index, sample] of samples.entries()) {
      plan.signal?.throwIfAborted();
      const results: TensorMap[] = [];
      try {
        results.push(await runnerA.run(await inputsFor({ name: a.name, inputs: runnerA.inputs }, sample, index)));
        results.push(await runnerB.run(await inputsFor({ name: b.name, inputs: runnerB.inputs }, sample, index)));
        for (const value of group) {
          const x = results[0]?.[value.value.name] as TensorLike;
          const y = results[1]?.[value.nameInB] as TensorLike;
          bytes.set(value, Math.max(bytes.get(value) ?? 0, byteLength(x) + byteLength(y)));
          await compareValue(value, x, y, plan, pauses);
        }
      } finally {
        results.forEach(release);
      }
    }
  } finally {
    for (const runner of runners) await runner.close();
  }
  return bytes;
}

async function compareValue(
  compared: Compared,
  a: TensorLike,
  b: TensorLike,
  { divergence, signal }: IntermediatesPlan,
  pauses: Pauses,
) {
  if (compared.failure !== undefined) return;
  try {
    const { name } = compared.value;
    const named = { a: { what: `'${name}' of a`, tensor: a }, b: { what: `'${compared.nameInB}' of b`, tensor: b } };
    const { rtol = 0, atol = 0 } = divergence;
    const { sums, isFloat, isText } = await compareTensors(named.a, named.b, { rtol, atol, signal, pauses });
    compared.sums.merge(sums);
    compared.isFloat ||= isFloat;
    compared.isText ||= isText;
  } catch (error) {
    // One value that cannot be compared is no reason to give up on the others.
    if (!(error instanceof NodeTensorRTError) || signal?.aborted) throw error;
    compared.failure = error.message;
  }
}

/** Gives back results that are in the pool's memory. */
function release(outputs: TensorMap): void {
  for (const tensor of Object.values(outputs)) (tensor as { release?: () => void }).release?.();
}

function byteLength({ data }: TensorLike): number {
  return Array.isArray(data) ? 32 * data.length : (data as Float32Array).byteLength;
}

async function report(
  compared: readonly Compared[],
  divergence: Tolerance,
  skipped: Map<string, string>,
): Promise<IntermediateReport[]> {
  for (const { value, failure } of compared) if (failure !== undefined) skipped.set(value.name, failure);
  const kept = compared.filter(({ failure }) => failure === undefined);
  const set = new Set(kept.map(({ value }) => value));
  const reports: IntermediateReport[] = [];
  const pauses = new Pauses();
  for (const { index, value, nameInB, node, specs, sums, isText, isFloat } of kept) {
    if (pauses.due) await pauses.take();
    const statistics = statisticsOf(sums, isText);
    const judged = { ...statistics, beyond: sums.beyond, argMaxShare: null, isExact: !isFloat };
    reports.push({
      index,
      value: value.name,
      valueInB: nameInB,
      node: node.name || value.name,
      opType: node.domain === '' ? node.opType : `${node.domain}.${node.opType}`,
      aType: specs.a.type,
      bType: specs.b.type,
      inputs: comparedInputs(node, set).map(({ name }) => name),
      diverges: breaches(judged, divergence, !isText).length > 0,
      ...statistics,
    });
  }
  return reports;
}
