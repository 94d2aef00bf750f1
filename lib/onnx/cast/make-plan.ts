import { Pauses } from '../file/pauses.js';
import { elementCode } from '../graph/element-types.js';
import type { Model } from '../graph/model.js';
import type { Node } from '../graph/node.js';
import type { Value } from '../graph/value.js';
import { formOf } from './forms.js';
import { isAdded, opRule } from './op-rules.js';
import { MAX_FLOAT16, type ResolvedCastOptions } from './options.js';
import { CastPlan, lowInputs, lowOutputs } from './plan.js';
import type { Ranges } from './ranges.js';
import { WeightStatistics } from './weight-statistics.js';

/** The smallest float16 that is not subnormal. */
const MIN_NORMAL_FLOAT16 = 2 ** -14;

const LARGE_BYTES = 64 * 1024;

/**
 * Decides for every node of the main graph and its subgraphs whether it is cast. Types of values must be inferred. Nodes
 * of functions stay as they are.
 */
export async function makePlan(
  model: Model,
  options: ResolvedCastOptions,
  ranges: Ranges | undefined,
): Promise<CastPlan> {
  const plan = new CastPlan(options.to);
  const weights = new WeightStatistics(options.to);
  const pauses = new Pauses();
  for (const node of model.graph.allNodes()) {
    await decide(node, plan, options, ranges, weights, model.opset);
    if (pauses.due) await pauses.take();
  }
  await keepIslands(model, plan, pauses);
  return plan;
}

async function decide(
  node: Node,
  plan: CastPlan,
  options: ResolvedCastOptions,
  ranges: Ranges | undefined,
  weights: WeightStatistics,
  opset: number,
): Promise<void> {
  const touchesFloat = [...node.inputs, ...node.outputs].some((value) => value?.elementType === 'float32');
  if (!touchesFloat || node.is('Constant')) {
    plan.decisions.set(node, { precision: 'none' });
    return;
  }
  const excluded = options.isExcluded(node);
  if (excluded) return plan.keep(node, 'excluded', excluded);
  if (node.subgraphs.length > 0) return plan.keep(node, 'control-flow', opRule(node.opType, plan.to).reason);
  const { rule, reason } = opRule(node.opType, plan.to);
  if (node.domain === '' && rule === 'never') return plan.keep(node, 'rule', reason);
  const form = formOf(node, options.to);
  if (!form) {
    const what =
      node.domain === '' ? `ONNX has no ${options.to} form of ${node.opType}` : `${node.domain} is not ONNX's own`;
    return plan.keep(node, 'no-form', what);
  }
  if (form.since > opset) {
    const what = `the ${options.to} form of ${node.opType} needs operator set ${form.since}, the model has ${opset}`;
    return plan.keep(node, 'no-form', what);
  }
  // What produces a float32 without taking one: by an attribute.
  const inputs = lowInputs(node, form.float32Inputs);
  const outputs = lowOutputs(node, form.float32Outputs);
  if (inputs.length === 0 && outputs.length === 0)
    return plan.keep(node, 'no-form', 'its float32 values have a fixed type');
  if (node.is('Cast') && node.int('to', 0) !== elementCode('float32')) {
    plan.decisions.set(node, { precision: 'none' });
    return;
  }
  if (
    node.inputs.some((value) => value?.producer?.is('DequantizeLinear')) ||
    node.outputs.some((value) => value?.consumers.some((consumer) => consumer.is('QuantizeLinear')))
  ) {
    return plan.keep(node, 'quantisation', 'it computes with quantised values');
  }
  const included = options.isIncluded(node);
  if (included) return plan.lower(node, included);

  for (const { index, value } of inputs) {
    const tensor = value.initializer ?? value.constant;
    if (tensor?.elementType !== 'float32') continue;
    const statistics = await weights.of(tensor);
    if (statistics.overflows > 0) {
      const what = `weight '${value.name}' has values up to ${statistics.largestMagnitude.toPrecision(3)}, beyond ${options.to}`;
      return plan.keep(node, 'weight-overflows', what, value);
    }
    // A single number that only loses digits does no harm either.
    const isHarmless = isAdded(node, index) || (statistics.count === 1 && statistics.vanishing === 0);
    if (statistics.squares > 0 && statistics.signalToNoiseDb < options.minWeightSnr && !isHarmless) {
      const what =
        `weight '${value.name}' would keep ${statistics.signalToNoiseDb.toFixed(1)} dB over its rounding errors ` +
        `(${statistics.vanishing} of ${statistics.count} values vanish), less than ${options.minWeightSnr} dB`;
      return plan.keep(node, 'weight-vanishes', what, value);
    }
  }
  if (rule === 'sensitive' && !ranges) {
    return plan.keep(
      node,
      'sensitive',
      `it computes ${reason}, and there are no samples that show how large its values are`,
    );
  }
  const isSensitive = rule === 'sensitive';
  for (const { value } of [...inputs, ...outputs]) {
    if (isSensitive && !value.constant && !ranges?.has(value.name)) {
      return plan.keep(node, 'sensitive', `it computes ${reason}, and samples say nothing of '${value.name}'`, value);
    }
    const problem = judgeRange(value, ranges, options, isSensitive);
    if (problem) return plan.keep(node, problem.code, problem.text, value);
  }
  plan.lower(node);
}

function judgeRange(value: Value, ranges: Ranges | undefined, options: ResolvedCastOptions, isSensitive: boolean) {
  const range = ranges?.get(value.name);
  if (!range) return undefined;
  if (range.hasNonFinite) {
    return { code: 'not-finite', text: `'${value.name}' is not finite in a sample` } as const;
  }
  const limit = options.to === 'fp16' ? options.maxMagnitude : Number.POSITIVE_INFINITY;
  const sensitiveLimit = isSensitive ? options.maxSensitiveMagnitude : limit;
  if (range.max > Math.min(limit, sensitiveLimit)) {
    const of = range.max > MAX_FLOAT16 ? 'beyond float16' : `more than ${Math.min(limit, sensitiveLimit)}`;
    return {
      code: 'overflows',
      text: `'${value.name}' is up to ${range.max.toPrecision(3)} in samples, ${of}`,
    } as const;
  }
  if (options.to === 'fp16' && range.max > 0 && range.max < MIN_NORMAL_FLOAT16) {
    const text = `'${value.name}' is at most ${range.max.toPrecision(3)} in samples, where float16 loses digits`;
    return { code: 'vanishes', text } as const;
  }
  return undefined;
}

/**
 * Nodes that only move values stay float32 where nothing next to them computes in low precision: casts would be put in for
 * nothing. Looked at together, since they often stand in a row.
 */
async function keepIslands(model: Model, plan: CastPlan, pauses: Pauses): Promise<void> {
  const moves = (node: Node | undefined): node is Node =>
    node !== undefined && plan.isLow(node) && opRule(node.opType, plan.to).rule === 'data' && !node.is('Cast');
  const seen = new Set<Node>();
  for (const start of model.graph.allNodes()) {
    if (pauses.due) await pauses.take();
    if (seen.has(start) || !moves(start)) continue;
    const island: Node[] = [];
    let touchesLow = false;
    const open = [start];
    seen.add(start);
    for (let node = open.pop(); node; node = open.pop()) {
      if (pauses.due) await pauses.take();
      island.push(node);
      // A table of values to choose from is halved, which is worth a cast.
      touchesLow ||= node.inputs.some((value) => (value?.constant?.byteLength ?? 0) >= LARGE_BYTES);
      for (const neighbour of lowNeighbours(node, plan)) {
        if (!moves(neighbour)) touchesLow = true;
        else if (!seen.has(neighbour)) {
          seen.add(neighbour);
          open.push(neighbour);
        }
      }
    }
    if (touchesLow) continue;
    for (const node of island) {
      plan.keep(node, 'between-float32', 'it moves values, and nothing next to it computes in low precision');
    }
  }
}

function lowNeighbours(node: Node, plan: CastPlan): Node[] {
  const form = formOf(node, plan.to);
  const producers = lowInputs(node, form?.float32Inputs).map(({ value }) => value.producer);
  const consumers = lowOutputs(node, form?.float32Outputs).flatMap(({ value }) => value.consumers);
  return [...producers, ...consumers].filter((other): other is Node => plan.isLow(other));
}
