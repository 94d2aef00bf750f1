import { printable } from '../../file/external-location.js';
import type { LintRule } from '../rule.js';
import { NEWEST_OPSET, operatorVersions } from '../tables/onnx-operators.js';

export const operatorVersion: LintRule = {
  name: 'operator-version',
  severity: 'error',
  for: ['onnx', 'cpu'],
  summary: 'ONNX has no such operator, or not in the version that the model states.',
  *node(node, context) {
    if (node.domain !== '' || context.isFunction(node)) return;
    const versions = operatorVersions(node.opType);
    const opset = context.model.opset;
    const name = printable(node.label);
    if (versions === undefined) {
      // A set that is newer than the table may have it.
      if (opset > NEWEST_OPSET) return;
      const hint = 'Check the spelling and the domain of the operator, or export the model again.';
      yield { message: `${name}: ONNX has no such operator`, hint, node };
    } else if (opset > 0 && versions.since > opset) {
      yield {
        message: `${name} came with operator set ${versions.since}, and the model states ${opset}`,
        hint: `Export with operator set ${versions.since} or newer, or node-tensorrt optimize IN -o OUT --opset ${versions.since}.`,
        node,
      };
    } else if (versions.until !== undefined && opset >= versions.until) {
      yield {
        message: `${name} was taken back in operator set ${versions.until}, and the model states ${opset}`,
        hint: `Use ${node.opType === 'Upsample' ? 'Resize' : 'ScatterElements'} in its place.`,
        node,
      };
    }
  },
};
