import type { NodeView } from '../node-view.js';
import { microsoftTypes } from './microsoft.js';
import { mlTypes } from './ml.js';
import { onnxTypes } from './onnx.js';
import { applyRule, type TypeRule } from './rule.js';
import { trainingTypes } from './training.js';

const domains: Readonly<Record<string, ReadonlyMap<string, TypeRule>>> = {
  '': onnxTypes,
  'ai.onnx.ml': mlTypes,
  'ai.onnx.preview.training': trainingTypes,
  'com.microsoft': microsoftTypes,
  // ONNX's operators in the layout of another device.
  'com.ms.internal.nhwc': onnxTypes,
};

/** What is known of the types of a node's outputs by the rule for its operator; nothing where there is none. */
export function outputTypes(view: NodeView): ReturnType<typeof applyRule> {
  const rule = findTypeRule(view.node.domain, view.node.opType);
  return rule ? applyRule(rule, view) : [];
}

/** How the element types of an operator's outputs follow; undefined for one that is not known. */
export function findTypeRule(domain: string, opType: string): TypeRule | undefined {
  return Object.hasOwn(domains, domain) ? domains[domain]?.get(opType) : undefined;
}
