import type { Node } from '../graph/node.js';

/** Operators that give something else every time. */
const RANDOM: ReadonlySet<string> = new Set([
  ...['Bernoulli', 'Multinomial', 'RandomNormal', 'RandomNormalLike', 'RandomUniform', 'RandomUniformLike'],
]);

/**
 * Whether a node of ONNX's own operators gives the same for the same inputs and does nothing else. What runs graphs is
 * not looked into, and counts as no.
 */
export function isPure(node: Node): boolean {
  if (node.domain !== '' && node.domain !== 'ai.onnx.ml') return false;
  return node.overload === '' && !RANDOM.has(node.opType) && !isTraining(node) && node.subgraphs.length === 0;
}

function isTraining(node: Node): boolean {
  if (node.is('Dropout')) return node.inputs[2] !== undefined && node.inputs[2].constant?.numbers(1)?.[0] !== 0;
  return node.is('BatchNormalization') && node.attributes.has('training_mode') && node.int('training_mode', 0) !== 0;
}

/** Domains whose operators have no effects beside their outputs. */
const KNOWN_DOMAINS: ReadonlySet<string> = new Set(['', 'ai.onnx.ml', 'ai.onnx.preview.training', 'com.microsoft']);

/** Whether nobody notices when a node goes whose outputs nobody uses. `functions`: domains of the model's own. */
export function isDisposable(node: Node, functions: ReadonlySet<string>): boolean {
  return KNOWN_DOMAINS.has(node.domain) || functions.has(node.domain);
}
