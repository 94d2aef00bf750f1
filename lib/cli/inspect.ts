import { type EstimateOptions, estimateModel, type ModelEstimate, type ModelValue } from '../index.js';
import { formatBytes } from '../memory/format.js';
import { inspectPage } from '../toolkit/index.js';
import { type InspectedFile, inspectedFile } from '../toolkit/plan/is-plan.js';
import { WrongUse } from './failure.js';
import { describeDifference, describeGraph } from './inspect-graph.js';
import { describePlanAndModel, describePlanDifference, describePlanFile } from './inspect-plan.js';
import { outputFile, writeText } from './output-file.js';
import { Progress } from './progress.js';
import { printable } from './table.js';
import { oneModel, parseVerb, type Verb, wholeNumber } from './verb.js';

const help = `Use: node-tensorrt inspect MODEL [--batch N …] [--dims INPUT=SIZES …] [--html FILE] [--json]
     node-tensorrt inspect MODEL --graph [--json]
     node-tensorrt inspect PLAN [--verify [--key PUBLIC.pem …]] [--model MODEL] [--html FILE] [--json]
     node-tensorrt inspect MODEL|PLAN --diff OTHER [--json]

MODEL, an ONNX file or model folder: prints inputs, outputs, nodes, operator sets and weights, and an estimate of the memory
that it takes. PLAN, a plan file: prints what built it and from which model, for which GPU, with which options, its inputs,
outputs and layers, and an estimate. Nothing is loaded or run. docs/inspect.md says more.

  --batch N            rows of a run; may be repeated (default: 1 and 32)
  --dims INPUT=SIZES   shape of an input that the model leaves open, as x=1,3,48,320; may be repeated
  --graph              what the graph of an ONNX file is made of instead: operators, constants, subgraphs, functions
  --diff OTHER         what differs between two ONNX files (inputs, outputs, operators, weights), two plans, or a plan and the
                       model that it should be of. Exit code: 1 where something does
  --verify             reads the whole plan: whether it is as it was written, and signed by this user
  --key PUBLIC.pem     with --verify: or by who has the private key to this one (Ed25519); may be repeated
  --model MODEL        the ONNX model that the plan was built from: it has sizes of layers that the plan leaves open
  --html FILE          writes a page as well: size and precision of each layer, and what feeds what
  --json               the same as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    batch: { type: 'string', multiple: true },
    dims: { type: 'string', multiple: true },
    graph: { type: 'boolean' },
    diff: { type: 'string' },
    verify: { type: 'boolean' },
    key: { type: 'string', multiple: true },
    model: { type: 'string' },
    html: { type: 'string' },
    json: { type: 'boolean' },
  });
  const model = oneModel('inspect', positionals);
  const { diff, json = false } = values;
  const only = (what: string, ...known: string[]) => {
    const other = Object.keys(values).find((name) => name !== 'json' && !known.includes(name));
    if (other !== undefined) throw new WrongUse(`${what} does not go with --${other}`);
  };
  if (values.graph) only('--graph', 'graph');
  if (diff !== undefined) only('--diff', 'diff');
  if (values.key && !values.verify) throw new WrongUse('--key does not go without --verify');
  const file = await inspectedFile(model);
  if (diff !== undefined) return describeDifferences(file, await inspectedFile(diff), json, print);
  if (file.isPlan) only('a plan', 'verify', 'key', 'model', 'html');
  else only('an ONNX model', 'batch', 'dims', 'graph', 'html');
  if (values.graph) return describeGraph(file.path, json, print);
  const inputDims = values.dims && Object.fromEntries(values.dims.map(shapeOf));
  const options: EstimateOptions = {};
  if (values.batch) options.batchSizes = values.batch.map((text) => wholeNumber('--batch', text, 15));
  if (inputDims) options.inputDims = inputDims;
  const { html } = values;
  const page =
    html === undefined
      ? undefined
      : await outputFile(html, {
          option: '--html',
          inputs: values.model === undefined ? [model] : [model, values.model],
        });
  const of = values.model === undefined ? {} : { model: values.model };
  if (file.isPlan) {
    await describePlanFile(file.path, { json, keys: values.verify ? (values.key ?? []) : undefined, ...of }, print);
  } else {
    const estimate = await estimateModel(model, options);
    print(json ? JSON.stringify(estimate, null, 2) : table(model, estimate));
  }
  if (page !== undefined) {
    const work = inspectPage(model, { ...of, ...(inputDims && { inputDims }) });
    await writeText('--html', page, await new Progress().during(`drawing ${model} …`, work));
  }
  return 0;
}

function describeDifferences(
  a: InspectedFile,
  b: InspectedFile,
  json: boolean,
  print: (text: string) => void,
): Promise<number> {
  if (a.isPlan && b.isPlan) return describePlanDifference(a.path, b.path, json, print);
  const [plan, model] = a.isPlan ? [a, b] : [b, a];
  if (plan.isPlan) return describePlanAndModel(plan.path, model.path, json, print);
  return describeDifference(a.path, b.path, json, print);
}

function shapeOf(text: string): [string, number[]] {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new WrongUse(`--dims: expected INPUT=SIZES, received '${text}'`);
  const sizes = text.slice(at + 1);
  return [text.slice(0, at), sizes === '' ? [] : sizes.split(',').map((size) => wholeNumber('--dims', size, 15))];
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
  return rows.map((cells) => row(...cells)).join('\n');
}

function row(key: string, value: string, note = ''): string {
  return printable(`${key.padEnd(13)}${note === '' ? value : `${value.padEnd(12)}  ${note}`}`);
}

function values(title: string, list: readonly ModelValue[]): [string, string][] {
  if (list.length === 0) return [[title, 'none']];
  return list.map(({ name, type, dims }, i) => {
    const shape = dims === undefined ? 'of any rank' : `[${dims.map((dim) => (dim === '' ? '?' : dim)).join(', ')}]`;
    return [i === 0 ? title : '', `${name}  ${type || 'no tensor'} ${shape}`];
  });
}
