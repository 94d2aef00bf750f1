import { printable } from '../../file/external-location.js';
import { everyone, type LintRule, nvidia } from '../rule.js';

export const float64Compute: LintRule = {
  name: 'float64-compute',
  severity: 'warning',
  for: everyone,
  summary: 'A node computes with float64: TensorRT turns it into float32, and the CPU takes twice as long.',
  *node(node, context) {
    // Casts to and from float64 alone cost nothing to speak of.
    if (node.is('Cast', 'Constant', 'Identity', 'CastLike')) return;
    if (!node.inputs.some((value) => context.elementType(value) === 'float64')) return;
    const name = printable(node.label);
    const hint =
      'Export the model in float32; double constants in the source (as Python floats of NumPy) are the usual cause.';
    yield { message: `${name} computes with float64, which TensorRT turns into float32`, hint, node, for: nvidia };
    yield { message: `${name} computes with float64`, hint, node, severity: 'info', for: ['onnx', 'cpu'] };
  },
};
