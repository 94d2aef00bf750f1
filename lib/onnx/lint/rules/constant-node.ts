import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

const LARGE_BYTES = 1 << 20;

export const constantNode: LintRule = {
  name: 'constant-node',
  severity: 'warning',
  for: everyone,
  summary: 'A Constant node holds more than 1 MiB, which cannot be external data and is copied by most tools.',
  *constant({ tensor, node }) {
    if (!node || tensor.byteLength <= LARGE_BYTES) return;
    yield {
      message: `${printable(node.label)} holds ${tensor.byteLength} bytes in an attribute`,
      hint: 'Make it an initialiser: node-tensorrt optimize IN -o OUT.',
      node,
    };
  },
};
