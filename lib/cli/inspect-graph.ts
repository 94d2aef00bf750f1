import { formatBytes } from '../memory/format.js';
import { type Difference, diffModels, type ModelDifference } from '../toolkit/diff-models.js';
import { inspectModel, type ModelDescription } from '../toolkit/inspect-model.js';
import { Progress } from './progress.js';
import { table } from './table.js';

type Print = (text: string) => void;
type Row = readonly [string, string, string];
/** What it is, its name, and how it differs. */
export type DifferenceRow = Row;

/** inspect --graph */
export async function describeGraph(model: string, json: boolean, print: Print): Promise<number> {
  const description = await new Progress().during(`reading ${model} …`, inspectModel(model));
  print(json ? JSON.stringify(description, null, 2) : graphTable(description));
  return 0;
}

/** inspect --diff; 1 where something differs. */
export async function describeDifference(model: string, other: string, json: boolean, print: Print): Promise<number> {
  const difference = await new Progress().during(`comparing ${model} with ${other} …`, diffModels(model, other));
  const rows = differenceRows(difference);
  if (json) print(JSON.stringify(difference, null, 2));
  else print(rows.length === 0 ? 'nothing differs' : table(rows));
  return rows.length === 0 ? 0 : 1;
}

function graphTable(model: ModelDescription): string {
  const { constants } = model;
  const number = String;
  return table([
    ['graph', model.name || '(without name)', ''],
    ['made by', model.producer || '(does not say)', `IR version ${model.irVersion}`],
    ...titled('operator sets', Object.entries(model.opsets), ([domain, version]) => [domain, number(version)]),
    ['nodes', number(model.nodes), ''],
    ...titled('operators', model.operators, ({ name, nodes }) => [name, number(nodes)]),
    ['initialisers', number(constants.initializers), ''],
    ['Constant nodes', number(constants.constantNodes), ''],
    ['constants', formatBytes(constants.bytes), ''],
    ...titled('by type', constants.byType, ({ type, tensors, bytes }) => [type, `${tensors}, ${formatBytes(bytes)}`]),
    ...titled('subgraphs', model.subgraphs, ({ name, node, nodes }) => [
      name || '(without name)',
      `${nodes} nodes, of ${node}`,
    ]),
    ...titled('functions', model.functions, ({ name, nodes, calls }) => [
      name,
      `${nodes} nodes, called ${calls} times`,
    ]),
    ...titled('external data', model.externalData, ({ location, tensors, bytes }) => [
      location,
      `${tensors}, ${formatBytes(bytes)}`,
    ]),
    ...titled('metadata', Object.entries(model.metadata), ([key, value]) => [
      key,
      value.length > 100 ? `${value.slice(0, 100)}…` : value,
    ]),
  ]);
}

/** A row for each item, the first with the title. */
function titled<T>(title: string, items: readonly T[], cells: (item: T) => readonly [string, string]): Row[] {
  return items.map((item, i) => [i === 0 ? title : '', ...cells(item)]);
}

function differenceRows(difference: ModelDifference): DifferenceRow[] {
  const operators = difference.operators.map(
    ({ name, from, to }): DifferenceRow => ['operator', name, `${from} → ${to} (${to > from ? '+' : ''}${to - from})`],
  );
  return [
    ...changeRows('input', difference.inputs),
    ...changeRows('output', difference.outputs),
    ...changeRows('operator set', difference.opsets),
    ...operators,
    ...changeRows('weight', difference.weights),
  ];
}

/** What is in one of both only, and what is another. */
export function changeRows(
  title: string,
  { added, removed, changed }: Difference,
  [first, second] = ['the first', 'the second'],
): DifferenceRow[] {
  return [
    ...removed.map((name): DifferenceRow => [title, name, `only in ${first}`]),
    ...added.map((name): DifferenceRow => [title, name, `only in ${second}`]),
    ...changed.map(({ name, from, to }): DifferenceRow => [title, name, `${from} → ${to}`]),
  ];
}
