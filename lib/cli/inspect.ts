import { type EstimateOptions, estimateModel, type ModelEstimate, type ModelValue } from '../index.js';
import { formatBytes } from '../memory/format.js';
import { WrongUse } from './failure.js';
import { describeDifference, describeGraph } from './inspect-graph.js';
import { oneModel, parseVerb, type Verb, wholeNumber } from './verb.js';

const help = `Use: node-tensorrt inspect MODEL [--batch N …] [--dims INPUT=SIZES …] [--json]
     node-tensorrt inspect MODEL --graph [--json]
     node-tensorrt inspect MODEL --diff OTHER [--json]

Prints inputs, outputs, nodes, operator sets and weights of an ONNX file or model folder, and an estimate of the memory
that it takes. The model is not loaded or run. docs/many-models.md says how the estimate is made.

  --batch N            rows of a run; may be repeated (default: 1 and 32)
  --dims INPUT=SIZES   shape of an input that the model leaves open, as x=1,3,48,320; may be repeated
  --graph              what the graph of an ONNX file is made of instead: operators, constants, subgraphs, functions
  --diff OTHER         what differs between two ONNX files: inputs, outputs, operators, weights. Exit code: 1 where
                       something does
  --json               the same as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(help, {
    args: [...args],
    allowPositionals: true,
    options: {
      batch: { type: 'string', multiple: true },
      dims: { type: 'string', multiple: true },
      graph: { type: 'boolean' },
      diff: { type: 'string' },
      json: { type: 'boolean' },
    },
  });
  const model = oneModel('inspect', help, positionals);
  if (values.graph || values.diff !== undefined) {
    const other = values.graph && values.diff !== undefined ? '--diff' : values.batch ? '--batch' : '--dims';
    if (other === '--diff' || values.batch || values.dims) {
      throw new WrongUse(`${values.graph ? '--graph' : '--diff'} does not go with ${other}`, help);
    }
    const json = values.json ?? false;
    return values.diff === undefined
      ? describeGraph(model, json, print)
      : describeDifference(model, values.diff, json, print);
  }
  const options: EstimateOptions = {};
  if (values.batch) options.batchSizes = values.batch.map((text) => wholeNumber('--batch', help, text, 15));
  if (values.dims) options.inputDims = Object.fromEntries(values.dims.map(shapeOf));
  const estimate = await estimateModel(model, options);
  print(values.json ? JSON.stringify(estimate, null, 2) : table(model, estimate));
  return 0;
}

function shapeOf(text: string): [string, number[]] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new WrongUse(`--dims: expected INPUT=SIZES, received '${text}'`, help);
  const sizes = text.slice(at + 1);
  return [text.slice(0, at), sizes === '' ? [] : sizes.split(',').map((size) => wholeNumber('--dims', help, size, 15))];
}

function table(model: string, estimate: ModelEstimate): string {
  const { basis } = estimate;
  const bytes = (value: number | null) => (value === null ? 'not known' : formatBytes(value));
  const types = Object.entries(estimate.weights).map(([type, size]) => `${type} ${formatBytes(size)}`);
  const rows: [string, string, string?][] = [
    ['model', model],
    ['made by', `${estimate.producer || '(does not say)'}, IR version ${estimate.irVersion}`],
    ['operators', estimate.opset.map(({ domain, version }) => `${domain || 'ai.onnx'} ${version}`).join(', ')],
    ['nodes', String(estimate.nodes)],
    ...values('inputs', estimate.inputs),
    ...values('outputs', estimate.outputs),
    ['weights', bytes(estimate.weightsBytes), types.join(', ')],
    ['graph', bytes(estimate.graphBytes)],
    ...estimate.activations.map(({ batch, bytes: size, kind, reason }, i): [string, string, string] => [
      i === 0 ? 'activations' : '',
      kind === 'at-least' ? `≥ ${bytes(size)}` : bytes(size),
      `batch ${batch}${reason === '' ? '' : `: ${reason}`}`,
    ]),
    ['staging', bytes(estimate.stagingBytes), basis.stagingBytes],
    ['total', bytes(estimate.totalBytes), basis.totalBytes],
    ['available', bytes(estimate.availableBytes), estimate.bounds.map(({ name }) => name).join(', ')],
    ['fits', estimate.fits === null ? 'not known' : estimate.fits ? 'yes' : 'no'],
  ];
  return rows.map(([key, value, note]) => row(key, value, note)).join('\n');
}

function row(key: string, value: string, note = ''): string {
  return `${key.padEnd(13)}${note === '' ? value : `${value.padEnd(12)}  ${note}`}`;
}

function values(title: string, list: readonly ModelValue[]): [string, string][] {
  if (list.length === 0) return [[title, 'none']];
  return list.map(({ name, type, dims }, i) => {
    const shape = dims === undefined ? 'of any rank' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
    return [i === 0 ? title : '', `${name}  ${type || 'no tensor'} ${shape}`];
  });
}
