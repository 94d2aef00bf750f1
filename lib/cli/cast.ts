import { NodeTensorRTError } from '../index.js';
import {
  type CastOptions,
  type CastReport,
  castModel,
  type NodeChoice,
  readSamples,
  writeModel,
} from '../toolkit/index.js';
import { WrongUse } from './failure.js';
import { outputModel } from './output-file.js';
import { Progress } from './progress.js';
import { table } from './table.js';
import { oneModel, parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt cast IN -o OUT --to fp16|bf16 [--samples DIR] [--exclude WHAT …] [--include WHAT …] [--io] [--json]

Puts a precision of 16 bits into a model, as TensorRT wants it: what is safe computes in it, the rest stays float32, with
casts between. Inputs and outputs stay float32.

  -o, --output OUT     where the model goes; weights that were in other files go to OUT.data
  --to fp16|bf16       the precision
  --samples DIR        inputs that are like those in use (docs/samples.md): the model runs with them on the CPU, and what
                       would overflow or vanish stays float32. Without them weights alone decide
  --max-samples N      how many of them are used, 1 to 10000 (default: 32)
  --exclude WHAT       stays float32; may be repeated. WHAT is node=NAME, op=OPERATOR, or match=REGULAR EXPRESSION for
                       names of nodes
  --include WHAT       is cast whatever the rules say; the same
  --max-magnitude X    fp16: nodes with larger values in a sample stay float32, at most 65504 (default: 8192)
  --min-weight-snr DB  nodes whose weights round worse stay float32, 0 to 100 dB (default: 50 for fp16, 20 for bf16)
  --io                 inputs and outputs become the low precision as well
  --force              OUT may be IN, which is then replaced
  --json               what became of each node as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    output: { type: 'string', short: 'o' },
    to: { type: 'string' },
    samples: { type: 'string' },
    'max-samples': { type: 'string' },
    exclude: { type: 'string', multiple: true },
    include: { type: 'string', multiple: true },
    'max-magnitude': { type: 'string' },
    'min-weight-snr': { type: 'string' },
    io: { type: 'boolean' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const input = oneModel('cast', positionals);
  if (values.to !== 'fp16' && values.to !== 'bf16') {
    throw new WrongUse(`--to: expected fp16 or bf16${values.to === undefined ? '' : `, received '${values.to}'`}`);
  }
  if (values['max-samples'] !== undefined && values.samples === undefined) {
    throw new WrongUse('--max-samples goes with --samples only');
  }
  if (values['max-magnitude'] !== undefined && values.to === 'bf16') {
    throw new WrongUse('--max-magnitude is for fp16: bf16 has the range of float32');
  }
  const output = await outputModel(values.output, input, { force: values.force });
  const options: CastOptions = { to: values.to, keepIoTypes: !values.io };
  if (values.samples !== undefined) options.samples = readSamples(values.samples);
  if (values['max-samples'] !== undefined) options.maxSamples = number('--max-samples', values['max-samples']);
  if (values['max-magnitude'] !== undefined) options.maxMagnitude = number('--max-magnitude', values['max-magnitude']);
  if (values['min-weight-snr'] !== undefined)
    options.minWeightSnr = number('--min-weight-snr', values['min-weight-snr']);
  if (values.exclude) options.exclude = choice('--exclude', values.exclude);
  if (values.include) options.include = choice('--include', values.include);

  const progress = new Progress();
  const { model, report } = await progress.during(`casting ${input} …`, castModel(input, options)).catch((error) => {
    throw inFlags(error);
  });
  await progress.during(`writing ${output} …`, writeModel(model, output));
  print(values.json ? JSON.stringify(report, null, 2) : summary(report, output));
  return 0;
}

function number(option: string, text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (!Number.isFinite(value)) throw new WrongUse(`${option}: expected a number, received '${text}'`);
  return value;
}

function choice(option: string, texts: readonly string[]): NodeChoice {
  const lists = { node: [] as string[], op: [] as string[], match: [] as string[] };
  for (const text of texts) {
    const at = text.indexOf('=');
    const kind = text.slice(0, Math.max(at, 0));
    if (kind !== 'node' && kind !== 'op' && kind !== 'match') {
      throw new WrongUse(`${option}: expected node=NAME, op=OPERATOR or match=EXPRESSION, received '${text}'`);
    }
    lists[kind].push(text.slice(at + 1));
  }
  return { nodes: lists.node, opTypes: lists.op, patterns: lists.match };
}

const kinds: Readonly<Record<string, string>> = { nodes: 'node', opTypes: 'op', patterns: 'match' };

/** An error with the flags of this verb in its message, where it names a choice of nodes. */
function inFlags(error: unknown): unknown {
  if (!(error instanceof NodeTensorRTError)) return error;
  const text = error.message
    .replace(/^options\.(exclude|include)\.(\w+)\[\d+\]/, (_all, flag, kind) => `--${flag} ${kinds[kind]}=`)
    .replace('report.nodes of a cast has all names', 'cast with --json lists all nodes')
    .replace('inspectModel() has all operators', 'inspect --graph lists all operators');
  return new NodeTensorRTError(error.code, text, error.details, { cause: error });
}

/** Nodes in either precision, and why how many stay float32. */
function summary(report: CastReport, output: string): string {
  const reasons = new Map<string, number>();
  for (const { precision, code = 'other' } of report.nodes) {
    if (precision === 'fp32') reasons.set(code, (reasons.get(code) ?? 0) + 1);
  }
  const why = [...reasons].sort((a, b) => b[1] - a[1]).map(([code, count]) => `${code} ${count}`);
  return table([
    [report.to, `${report.low} nodes`, ''],
    ['fp32', `${report.fp32} nodes`, why.join(', ')],
    ['other', `${report.other} nodes`, 'without float32 values'],
    ['casts', `${report.casts} put in`, ''],
    ['written to', output, ''],
  ]);
}
