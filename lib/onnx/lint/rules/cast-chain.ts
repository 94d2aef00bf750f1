import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

export const castChain: LintRule = {
  name: 'cast-chain',
  severity: 'info',
  for: everyone,
  summary: 'A Cast takes what another Cast produces.',
  *node(node) {
    const before = node.inputs[0]?.producer;
    if (!node.is('Cast') || !before?.is('Cast') || before === node) return;
    yield {
      message: `${printable(node.label)} casts what ${printable(before.label)} has cast`,
      hint: 'One may be enough: node-tensorrt optimize IN -o OUT takes out those that change nothing.',
      node,
    };
  },
};
