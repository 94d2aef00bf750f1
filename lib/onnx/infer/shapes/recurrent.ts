import type { Dim } from '../../graph/value-type.js';
import type { NodeView } from '../node-view.js';
import type { Dims } from './dims.js';
import { forAll, type ShapeTable } from './rule.js';

export const recurrent: ShapeTable = forAll('GRU LSTM RNN', (view) => {
  const x = view.dims(0);
  const hidden = hiddenSize(view);
  const directions = view.string('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const isBatchFirst = view.int('layout', 0) === 1;
  const [first, second] = x?.length === 3 ? [x[0] ?? null, x[1] ?? null] : [null, null];
  const [steps, batch] = isBatchFirst ? [second, first] : [first, second];
  const all: Dims = isBatchFirst ? [batch, steps, directions, hidden] : [steps, directions, batch, hidden];
  const last: Dims = isBatchFirst ? [batch, directions, hidden] : [directions, batch, hidden];
  return view.node.outputs.map((_, i) => (i === 0 ? all : last));
});

function hiddenSize(view: NodeView): Dim {
  return view.int('hidden_size', undefined) ?? view.dims(2)?.[2] ?? null;
}
