import { NodeTensorRTError } from '../errors.js';
import type { GivenModel } from '../onnx/given-model.js';
import type { Model } from '../onnx/graph/model.js';
import type { LintFinding } from '../onnx/lint/finding.js';
import type { Backend } from './backend.js';
import type { RefusedNode } from './events.js';
import { areLimited, targetProblems } from './target-rules.js';

/** What NVIDIA's parser reads as something else, with a warning at most: refused before it sees the model. */
const MISREAD = 'tensorrt-quantization';
const SHOWN = 5;

/**
 * Looks, before minutes are spent, for what the parser would misread and what a target cannot do. Throws BUILD_FAILED with
 * details `reason` ('misread', 'target'), `nodes` and `hint`. What the parser refuses by itself it tells in a second.
 */
export async function preflight(given: GivenModel, backend: Backend, targets: readonly string[]): Promise<void> {
  const isQuantised = (await given.describe()).precision === 'int8';
  // Nothing else can be misread, or is asked of the graph, and reading it takes time and memory.
  if (!isQuantised && !areLimited(targets)) return;
  const model = await given.read();
  const findings = isQuantised ? await misread(model, backend) : [];
  const [first] = findings;
  if (first) {
    const nodes = findings.map(({ node, operator, message }) => ({ name: node, op: operator, text: message }));
    const text = `TensorRT would misread or refuse the quantisation of this model: ${shown(findings.map(({ message }) => message))}. ${first.hint}`;
    throw new NodeTensorRTError('BUILD_FAILED', text, { reason: 'misread', nodes, hint: first.hint });
  }
  const problems = await targetProblems(model, targets);
  if (problems.length === 0) return;
  const text = problems
    .map(({ text, nodes, hint }) => `${text}: ${shown(nodes.map(({ name, op }) => `'${name}' (${op})`))}. ${hint}`)
    .join(' ');
  const details = { reason: 'target', problems, hint: problems.map(({ hint }) => hint).join(' ') };
  throw new NodeTensorRTError('BUILD_FAILED', text, details);
}

async function misread(model: Model, backend: Backend): Promise<LintFinding[]> {
  const { lintModel } = await import('../onnx/lint/lint-model.js');
  return (await lintModel(model, { for: [backend] })).filter(({ rule }) => rule === MISREAD);
}

/** What to do about nodes that the parser refuses, as far as the linter knows. */
export async function parserHints(
  given: GivenModel,
  backend: Backend,
): Promise<(node: RefusedNode) => string | undefined> {
  const { lintModel } = await import('../onnx/lint/lint-model.js');
  const findings = await given
    .read()
    .then((model) => lintModel(model, { for: [backend] }))
    .catch((): LintFinding[] => []);
  return ({ name }) => findings.find(({ node, severity }) => node === name && severity !== 'info')?.hint;
}

function shown(items: readonly string[]): string {
  const more = items.length > SHOWN ? [`and ${items.length - SHOWN} more`] : [];
  return [...items.slice(0, SHOWN), ...more].join(', ');
}
