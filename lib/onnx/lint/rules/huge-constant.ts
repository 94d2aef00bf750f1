import { printable } from '../../file/external-location.js';
import { everyone, type LintRule } from '../rule.js';

const HUGE_BYTES = 256 * 2 ** 20;

export const hugeConstant: LintRule = {
  name: 'huge-constant',
  severity: 'info',
  for: everyone,
  summary: 'A constant has more than 256 MiB: it may be the result of folding what could be computed.',
  *constant({ tensor, value, node, graph }) {
    if (tensor.byteLength <= HUGE_BYTES) return;
    const name = printable(value?.name ?? node?.label ?? '');
    yield {
      message: `'${name}' of shape [${tensor.dims.join(', ')}] has ${tensor.byteLength} bytes`,
      hint: 'Where it is no weight, export without constant folding; else keep weights in a file of external data (writeModel, external).',
      value,
      node,
      graph,
    };
  },
};
