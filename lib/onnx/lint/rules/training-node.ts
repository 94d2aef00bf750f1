import { printable } from '../../file/external-location.js';
import type { Node } from '../../graph/node.js';
import type { LintContext } from '../context.js';
import { everyone, type LintRule, nvidia } from '../rule.js';

const HINT = 'Export the model for inference (in PyTorch: model.eval() before the export).';

export const trainingNode: LintRule = {
  name: 'training-node',
  severity: 'warning',
  for: everyone,
  summary:
    'A node or graph is there for training: results are random, differ from those of inference, or TensorRT refuses it.',
  *model({ model }) {
    const count = model.proto?.trainingInfo.length ?? 0;
    if (count === 0) return;
    yield {
      message: `the file has ${count} training graphs, which no backend here runs`,
      hint: HINT,
      severity: 'info',
    };
  },
  *node(node, context) {
    const what = trainingPart(node, context);
    if (what === undefined) return;
    const message = `${printable(node.label)} ${what}`;
    const isRefused = context.targets.has('tensorrt') || context.targets.has('tensorrt-rtx');
    if (isRefused)
      yield { message: `${message}; TensorRT refuses it`, hint: HINT, node, severity: 'error', for: nvidia };
    yield { message, hint: HINT, node, for: ['onnx', 'cpu'] };
  },
};

function trainingPart(node: Node, context: LintContext): string | undefined {
  if (/^ai\.onnx\.(preview\.)?training$/.test(node.domain)) return 'is an operator of training';
  if (node.domain !== '') return undefined;
  if (node.opType === 'Gradient' || node.opType === 'GraphCall') return 'is an operator of training';
  if (node.opType === 'BatchNormalization') {
    const isOld = context.model.opset < 14;
    const isTraining = isOld ? node.outputs.filter(Boolean).length > 1 : node.int('training_mode', 0) !== 0;
    return isTraining ? 'is in training mode: it normalises by the batch that it gets' : undefined;
  }
  if (node.opType === 'Dropout' && node.inputs[2]) {
    const mode = context.constant(node.inputs[2]);
    if (mode === undefined) return 'takes its training mode as an input';
    return mode.numbers()?.[0] ? 'is in training mode: it draws random numbers' : undefined;
  }
  return undefined;
}
