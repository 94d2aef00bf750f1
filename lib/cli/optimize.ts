import {
  type Model,
  type OptimizedModel,
  optimizeModel,
  type PassName,
  readModel,
  setBatchDimension,
  upgradeOpset,
  writeModel,
} from '../toolkit/index.js';
import { WrongUse } from './failure.js';
import { outputModel } from './output-file.js';
import { Progress } from './progress.js';
import { table } from './table.js';
import { oneModel, parseVerb, type Verb, wholeNumber } from './verb.js';

const help = `Use: node-tensorrt optimize IN -o OUT [--passes NAME,… | --skip NAME,…] [--opset N] [--batch N|NAME] [--force] [--json]

Writes a model that computes the same with less: constants are computed once, batch norms go into weights, and what
changes nothing or is not used goes. Before that the operator set is raised and the batch dimension set, where asked for.

  -o, --output OUT  where the model goes; weights that were in other files go to OUT.data
  --passes NAME,…   only these passes (default: all): sort, default-inputs, constant-to-initializer, remove-identity,
                    fold-constants, fold-batch-norm, merge-common, remove-dead, sanitize; none runs none
  --skip NAME,…     all but these
  --opset N         raises ONNX's operator set to N
  --batch N|NAME    fixes the first dimension of all inputs to N rows, or frees it under a name; it is proved by running
                    the model before and after on the CPU
  --force           OUT may be IN, which is then replaced
  --json            what was done as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    output: { type: 'string', short: 'o' },
    passes: { type: 'string', multiple: true },
    skip: { type: 'string', multiple: true },
    opset: { type: 'string' },
    batch: { type: 'string' },
    force: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const input = oneModel('optimize', positionals);
  if (values.passes && values.skip) throw new WrongUse('--passes does not go with --skip');
  const output = await outputModel(values.output, input, { force: values.force });
  const opset = values.opset === undefined ? undefined : wholeNumber('--opset', values.opset);
  const passes = names(values.passes);
  const skip = names(values.skip);

  const progress = new Progress();
  let model: Model = await progress.during(`reading ${input} …`, readModel(input));
  if (opset !== undefined)
    await progress.during(`raising the operator set to ${opset} …`, upgradeOpset(model, { to: opset }));
  if (values.batch !== undefined) {
    const batch = /^\d+$/.test(values.batch) ? Number(values.batch) : values.batch;
    model = await progress.during('setting the batch, and proving it …', setBatchDimension(model, batch));
  }
  const optimized = await progress.during(
    'optimising …',
    optimizeModel(model, { ...(passes && { passes }), ...(skip && { skip }) }),
  );
  await progress.during(`writing ${output} …`, writeModel(optimized.model, output));
  print(values.json ? JSON.stringify(optimized.report, null, 2) : report(optimized, output));
  return 0;
}

function names(given: string[] | undefined): PassName[] | undefined {
  // Which names there are is checked by the library.
  return given?.flatMap((text) => (text === 'none' ? [] : text.split(','))) as PassName[] | undefined;
}

function report(
  { model, report: { passes, nodesBefore, nodesAfter, isSettled } }: OptimizedModel,
  output: string,
): string {
  const sums = new Map<string, { changed: number; ms: number }>();
  for (const { pass, changed, ms } of passes) {
    const sum = sums.get(pass) ?? { changed: 0, ms: 0 };
    sums.set(pass, { changed: sum.changed + changed, ms: sum.ms + ms });
  }
  return table([
    ...[...sums].map(([pass, { changed, ms }]) => [pass, `${changed} changed`, `${ms.toFixed(0)} ms`]),
    ['nodes', `${nodesBefore} → ${nodesAfter}`, isSettled ? '' : 'more rounds may change more'],
    ['operator set', String(model.opset), ''],
    ['written to', output, ''],
  ]);
}
