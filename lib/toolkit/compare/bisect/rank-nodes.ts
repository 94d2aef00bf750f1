import { argumentError } from '../../../errors.js';
import { Pauses } from '../../../onnx/file/pauses.js';
import type { Model } from '../../../onnx/graph/model.js';
import type { IntermediateReport, IntermediatesReport } from '../report.js';
import { describeNumber } from '../words.js';
import type { RankedNode } from './bisect-report.js';

/**
 * The nodes of a model by how much error they add, which is estimated from one comparison of all inner values: relative
 * error of what a node gives, less that of what it takes. Nodes whose results are the same in both are left out; those
 * that nothing is known of, as in subgraphs, come last.
 *
 * @param only names of the nodes that may be kept
 * @throws NodeTensorRTError INVALID_ARGUMENT: `only` names a node that is not there
 */
export async function rankNodes(
  model: Model,
  { values }: IntermediatesReport,
  only: ReadonlySet<string> | undefined,
): Promise<RankedNode[]> {
  const opTypes = new Map<string, string>();
  const pauses = new Pauses();
  for (const node of model.graph.allNodes()) {
    if (node.name !== '' && !node.is('Constant')) opTypes.set(node.name, node.opType);
    if (pauses.due) await pauses.take();
  }
  for (const name of only ?? []) {
    if (!opTypes.has(name)) throw argumentError('options.candidates', 'names of nodes of the model', name);
  }
  const byName = new Map(values.map((value) => [value.value, value]));
  const ranked = new Map<string, RankedNode>();
  const unchanged = new Set<string>();
  for (const value of values) {
    const opType = opTypes.get(value.node);
    if (opType === undefined) continue;
    if (value.differing === 0 && value.aType === value.bType) {
      unchanged.add(value.node);
      continue;
    }
    const entry = { node: value.node, opType, ...addedError(value, byName) };
    const before = ranked.get(value.node);
    if (!before || before.error < entry.error) ranked.set(value.node, entry);
  }
  for (const [node, opType] of opTypes) {
    if (ranked.has(node) || unchanged.has(node)) continue;
    ranked.set(node, { node, opType, error: 0, reason: 'its results could not be compared' });
  }
  const list = [...ranked.values()].filter(({ node }) => only === undefined || only.has(node));
  return list.sort((x, y) => y.error - x.error);
}

/** Above every relative error: of a node whose result is not finite while all that it takes is. */
export const NOT_FINITE = Number.MAX_VALUE;

function addedError(value: IntermediateReport, byName: ReadonlyMap<string, IntermediateReport>) {
  const inputs = value.inputs.flatMap((name) => byName.get(name) ?? []);
  if (value.nonFinite > 0 && inputs.every(({ nonFinite }) => nonFinite === 0)) {
    const reason = `${value.nonFinite} of ${value.elements} elements of its result are not finite`;
    return { error: NOT_FINITE, reason };
  }
  const taken = Math.max(0, ...inputs.map(relativeError));
  const given = relativeError(value);
  const words =
    inputs.length > 0 ? `what it takes has ${db(taken)}, what it gives ${db(given)}` : `its result has ${db(given)}`;
  return { error: Math.max(0, given - taken), reason: words };
}

/** Noise to signal, not squared; what is not finite counts as all wrong. */
function relativeError({ snr, nonFinite, elements }: IntermediateReport): number {
  const finite = snr === null || snr === Number.POSITIVE_INFINITY ? 0 : 10 ** (-Math.max(snr, -600) / 20);
  return Math.max(finite, elements > 0 ? nonFinite / elements : 0);
}

function db(error: number): string {
  return error === 0 ? 'no error' : `${describeNumber(-20 * Math.log10(error))} dB`;
}
