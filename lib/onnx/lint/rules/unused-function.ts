import { printable } from '../../file/external-location.js';
import { operatorName } from '../context.js';
import { everyone, type LintRule } from '../rule.js';

export const unusedFunction: LintRule = {
  name: 'unused-function',
  severity: 'info',
  for: everyone,
  summary: 'No node calls a function that the model brings along.',
  *model({ model, operators }) {
    for (const { domain, name } of model.functions) {
      const full = operatorName({ domain, opType: name });
      if (operators.has(full)) continue;
      yield { message: `no node calls the function ${printable(full)}`, hint: 'Take it out of model.functions.' };
    }
  },
};
