import { printable } from '../../file/external-location.js';
import { everyone, type LintRule, type Problem } from '../rule.js';

/** Found by the linter itself, when it reads the model. */
export const unreadable = {
  name: 'unreadable',
  severity: 'error',
  for: everyone,
  summary: 'The file cannot be read: no ONNX model, damaged, two values of one name, or external data that is missing.',
  problem: (error: Error): Problem => ({
    message: printable(error.message),
    hint: 'Copy or export the model again, with the files of external data beside it.',
  }),
} satisfies LintRule & { problem: unknown };
