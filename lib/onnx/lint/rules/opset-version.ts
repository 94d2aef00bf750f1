import { everyone, type LintRule } from '../rule.js';

/** What ONNX Runtime 1.30 takes. */
const CPU = { oldest: 7, newest: 26, newestIr: 13 };
/** Below it NVIDIA's parsers warn that nothing is promised. */
const NVIDIA_OLDEST = 7;
/** Where Q/DQ per channel and bfloat16 begin. */
const TOOLS_OLDEST = 13;

export const opsetVersion: LintRule = {
  name: 'opset-version',
  severity: 'error',
  for: everyone,
  summary: 'The version of the operator set or of the file format is too old or too new for a backend or a tool.',
  *model({ model }) {
    const { opset, irVersion } = model;
    if (irVersion > CPU.newestIr) {
      yield {
        message: `file format (IR) ${irVersion}: the CPU backend reads up to ${CPU.newestIr}`,
        hint: 'Export with an older version of onnx, or set model.irVersion where nothing new is used.',
        for: ['cpu'],
      };
    }
    if (opset > CPU.newest) {
      yield {
        message: `operator set ${opset}: the CPU backend takes up to ${CPU.newest}`,
        hint: `Export with operator set ${CPU.newest} or older.`,
        for: ['cpu'],
      };
    }
    if (opset === 0 || opset >= TOOLS_OLDEST) return;
    const hint = `Raise it: node-tensorrt optimize IN -o OUT --opset 17, or export again with 17 or newer.`;
    if (opset < NVIDIA_OLDEST) {
      const message = `operator set ${opset}: backends promise to take sets from ${NVIDIA_OLDEST} on only`;
      yield { message, hint, severity: 'warning' };
    } else {
      const message = `operator set ${opset}: bfloat16 and quantisation per channel need ${TOOLS_OLDEST}`;
      yield { message, hint, severity: 'info' };
    }
  },
};
