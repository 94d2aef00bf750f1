import { NodeTensorRTError } from '../../../errors.js';
import { printable } from '../../file/external-location.js';
import { sortNodes } from '../../graph/sort.js';
import { everyone, type LintRule } from '../rule.js';
import { firstUnsorted } from './unsorted-nodes.js';

export const cycle: LintRule = {
  name: 'cycle',
  severity: 'error',
  for: everyone,
  summary: 'Nodes wait for one another.',
  *graph(graph, context) {
    if (!firstUnsorted(graph, context)) return;
    try {
      sortNodes(graph);
    } catch (error) {
      if (!(error instanceof NodeTensorRTError) || error.details['reason'] !== 'cycle') throw error;
      yield {
        message: printable(error.message),
        hint: 'Export the model again: no order of its nodes can be run.',
        graph,
      };
    }
  },
};
