import { NodeTensorRTError } from '../../errors.js';
import { integerOption, knownKeys, objectOption } from '../../options.js';
import { Pauses } from '../file/pauses.js';
import type { Graph } from '../graph/graph.js';
import type { Model } from '../graph/model.js';
import { modelArgument } from '../graph/model-argument.js';
import type { Node } from '../graph/node.js';
import { factsOf } from '../infer/facts-of.js';
import { checkNode } from './check.js';
import { NEWEST_OPSET, OLDEST_OPSET, raiseIrVersion } from './ir-version.js';
import type { UpgradeStep } from './step.js';
import { StepContext } from './step-context.js';
import { upgradeSteps } from './table.js';

/** Options of `upgradeOpset`. */
export interface UpgradeOptions {
  /** The version of ONNX's own operator set to come to. 7 to 26. @default 21, or the model's if that is newer */
  to?: number;
}

/** A node that was brought over. */
export interface UpgradedNode {
  /** Its name, or that of its first output where it had none. */
  readonly node: string;
  /** The operator that it was. */
  readonly opType: string;
  /** The versions of the operator set, before and after. */
  readonly from: number;
  readonly to: number;
  /** What was done, in a few words. */
  readonly what: string;
}

/** What an upgrade did. */
export interface UpgradeReport {
  readonly from: number;
  readonly to: number;
  /** Version of the file format, before and after. */
  readonly irVersion: { readonly from: number; readonly to: number };
  readonly changed: readonly UpgradedNode[];
  /** How many nodes of ONNX's own operators mean the same in the new version as they are. */
  readonly kept: number;
  /** What had to be assumed of nodes, and when it would not hold. */
  readonly notes: readonly { readonly node: string; readonly opType: string; readonly note: string }[];
}

/** A graph or function with its own version of the operator set. */
interface Scope {
  readonly body: Graph;
  readonly opsets: Map<string, number>;
  readonly from: number;
  readonly context: StepContext;
}

const DEFAULT_OPSET = 21;

/**
 * Brings a model of ONNX's own operators from operator set 7 or later to a newer one, in place: the graph, its subgraphs
 * and the functions of the model. What it computes stays the same. The IR version is raised where the operator set needs
 * it. Other domains are left as they are.
 *
 * Throws UNSUPPORTED, with the node and what to do, where a node cannot be said in the newer version, where the model is
 * older than 7 or newer than `to`; MODEL_INVALID where a node is not as its operator wants it; INVALID_ARGUMENT and
 * OUT_OF_RANGE for the options. The model is unchanged then.
 */
export async function upgradeOpset(model: Model, options: UpgradeOptions = {}): Promise<UpgradeReport> {
  modelArgument(model);
  const to = targetOf(model, options);
  const notes: { node: string; opType: string; note: string }[] = [];
  const note = (node: Node, text: string) => notes.push({ ...nameOf(node), note: text });
  const scopes = scopesOf(model, to, note);
  const own = new Set(model.functions.filter(({ domain }) => domain === '').map(({ name }) => name));
  const isOnnx = (node: Node) => node.domain === '' && !own.has(node.opType);

  const report = { from: model.opset, to, irVersion: { from: model.irVersion, to: model.irVersion } };
  const pauses = new Pauses();
  await findFacts(model, scopes, isOnnx);
  let nodes = 0;
  for (const { body, from, context } of scopes) {
    for (const node of body.allNodes()) {
      if (pauses.due) await pauses.take();
      if (!isOnnx(node)) continue;
      nodes++;
      checkNode(node, stepsOf(node, from, to), context);
    }
  }

  if (scopes.length > 0) raiseIrVersion(model, to);
  const changed: UpgradedNode[] = [];
  for (const { body, opsets, from, context } of scopes) {
    const done = new Map<Node, { node: string; opType: string; what: string[] }>();
    for (let version = from + 1; version <= to; version++) {
      const steps = stepsAt.get(version);
      if (!steps) continue;
      // Nodes that steps add are of this version already.
      for (const node of [...body.allNodes()]) {
        if (pauses.due) await pauses.take();
        const step = isOnnx(node) && !node.isRemoved ? steps.get(node.opType) : undefined;
        if (!step) continue;
        const { node: name, opType } = nameOf(node);
        const what = step.apply(node, context);
        if (what) {
          const entry = done.get(node) ?? { node: name, opType, what: [] };
          entry.what.push(what);
          done.set(node, entry);
        }
      }
    }
    opsets.set('', to);
    for (const { what, ...entry } of done.values()) changed.push({ ...entry, from, to, what: what.join('; ') });
  }
  return {
    ...report,
    irVersion: { from: report.irVersion.from, to: model.irVersion },
    changed,
    kept: nodes - changed.length,
    notes,
  };
}

/** Steps by version and operator. */
const stepsAt = new Map<number, Map<string, UpgradeStep>>();
/** Steps by operator, older ones first. */
const stepsFor = new Map<string, UpgradeStep[]>();
for (const step of [...upgradeSteps].sort((a, b) => a.since - b.since)) {
  stepsAt.set(step.since, (stepsAt.get(step.since) ?? new Map()).set(step.opType, step));
  stepsFor.set(step.opType, [...(stepsFor.get(step.opType) ?? []), step]);
}

function stepsOf({ opType }: Node, from: number, to: number): UpgradeStep[] {
  return stepsFor.get(opType)?.filter(({ since }) => since > from && since <= to) ?? [];
}

function nameOf(node: Node): { node: string; opType: string } {
  return { node: node.name || (node.outputs.find((output) => output)?.name ?? ''), opType: node.opType };
}

function targetOf(model: Model, given: UpgradeOptions): number {
  const options = objectOption<UpgradeOptions>('options', given);
  knownKeys('options', options, ['to']);
  const newest = Math.max(model.opset, ...model.functions.map(({ opsets }) => opsets.get('') ?? 0));
  if (options.to === undefined) return Math.max(DEFAULT_OPSET, newest);
  const to = integerOption('options.to', options.to, OLDEST_OPSET, NEWEST_OPSET);
  if (to >= newest) return to;
  const text = `the model has operator set ${newest}, and an upgrade cannot go back to ${to}; give options.to ${newest} or more`;
  throw new NodeTensorRTError('UNSUPPORTED', text, { from: newest, to });
}

/** What is older than `to`. */
function scopesOf(model: Model, to: number, note: StepContext['note']): Scope[] {
  const all = [{ name: 'the model', body: model.graph, opsets: model.opsets, isFunction: false }];
  for (const { name, body, opsets } of model.functions) {
    all.push({ name: `function '${name}'`, body, opsets, isFunction: true });
  }
  const scopes: Scope[] = [];
  for (const { name, body, opsets, isFunction } of all) {
    const from = opsets.get('');
    if (from === undefined && hasOnnxNodes(body)) {
      throw new NodeTensorRTError('MODEL_INVALID', `${name} does not say which operator set it has`);
    }
    if (from === undefined || from >= to) continue;
    if (from < OLDEST_OPSET) {
      const text = `${name} has operator set ${from}; those before ${OLDEST_OPSET} are not read: export it again, or use onnx.version_converter first`;
      throw new NodeTensorRTError('UNSUPPORTED', text, { from, to });
    }
    scopes.push({ body, opsets, from, context: new StepContext(to, isFunction, note) });
  }
  if (scopes.length > 0 && model.proto?.trainingInfo.length) {
    const text = 'the model has training graphs, which are not upgraded; take training_info out of it';
    throw new NodeTensorRTError('UNSUPPORTED', text, { to });
  }
  return scopes;
}

/** Few operators ask for what inference tells: most models are not looked through. */
async function findFacts(model: Model, scopes: readonly Scope[], isOnnx: (node: Node) => boolean): Promise<void> {
  const asks = ({ body, from, context }: Scope) => {
    for (const node of body.allNodes()) {
      if (isOnnx(node) && stepsOf(node, from, context.to).some(({ usesFacts }) => usesFacts)) return true;
    }
    return false;
  };
  if (!scopes.some(asks)) return;
  const facts = await factsOf(model);
  for (const { context } of scopes) context.facts = facts;
}

function hasOnnxNodes(body: Graph): boolean {
  for (const node of body.allNodes()) if (node.domain === '') return true;
  return false;
}
