import type { Difference } from '../toolkit/index.js';
import { describePlan } from '../toolkit/plan/describe-plan.js';
import { diffPlanAndModel, type PlanModelDifference } from '../toolkit/plan/diff-plan-model.js';
import { diffPlans, type PlanDifference } from '../toolkit/plan/diff-plans.js';
import { planFacts } from '../toolkit/plan/plan-facts.js';
import { type PlanVerdict, verifyPlanBy } from '../toolkit/plan/verify-plan.js';
import { changeRows, type DifferenceRow } from './inspect-graph.js';
import { Progress } from './progress.js';
import { table } from './table.js';

type Print = (text: string) => void;

/** inspect PLAN; with `keys` it is verified. */
export async function describePlanFile(
  plan: string,
  { json, keys, model }: { json: boolean; keys: readonly string[] | undefined; model?: string },
  print: Print,
): Promise<void> {
  const description = await describePlan(plan, model);
  const { shapes: _, ...told } = description;
  const verdict = keys && (await new Progress().during(`checking ${plan} …`, verifyPlanBy(plan, keys)));
  if (json) print(JSON.stringify({ file: plan, ...told, ...(verdict && { verified: verdict }) }, null, 2));
  else print(table([['plan', plan, ''], ...planFacts(description), ['verified', ...verdictCells(verdict)]]));
}

function verdictCells(verdict: PlanVerdict | undefined): [string, string] {
  if (!verdict) return ['no', '--verify checks its bytes and who signed it'];
  const { trustedBy, keyFile } = verdict;
  return [
    'yes',
    `it is whole, and signed by ${keyFile === undefined ? "this user's key" : `key ${trustedBy}, ${keyFile}`}`,
  ];
}

/** inspect PLAN --diff PLAN; 1 where something differs. */
export async function describePlanDifference(a: string, b: string, json: boolean, print: Print): Promise<number> {
  const difference = await diffPlans(a, b);
  return printed(difference, planRows(difference), json, print);
}

/** inspect PLAN --diff MODEL, and the other way round; 1 where the plan is not of this model. */
export async function describePlanAndModel(plan: string, model: string, json: boolean, print: Print): Promise<number> {
  const work = diffPlanAndModel(plan, model);
  const difference = await new Progress().during(`comparing ${plan} with ${model} …`, work);
  const rows = planModelRows(difference);
  const code = printed(difference, rows, json, print);
  if (code === 0 && !json) print(`the plan was built from this model (sha256 ${difference.model.slice(0, 12)})`);
  return code;
}

function printed(difference: object, rows: readonly DifferenceRow[], json: boolean, print: Print): number {
  if (json) print(JSON.stringify(difference, null, 2));
  else print(rows.length === 0 ? 'nothing differs' : table(rows));
  return rows.length === 0 ? 0 : 1;
}

function planRows({ facts, options, inputs, outputs, profiles, layers }: PlanDifference): DifferenceRow[] {
  const named = ({ added, removed, changed }: Difference): DifferenceRow[] =>
    changeRows('', { added, removed, changed }).map(([, name, change]) => [
      'profile',
      name.replace(/^profile /, ''),
      change,
    ]);
  return [
    ...changeRows('plan', { added: [], removed: [], changed: facts }),
    ...changeRows('option', options),
    ...changeRows('input', inputs),
    ...changeRows('output', outputs),
    ...named(profiles),
    ...changeRows('layer', layers),
  ];
}

function planModelRows({ builtFromIt, planModel, model, inputs, outputs }: PlanModelDifference): DifferenceRow[] {
  const hashes = `of ${planModel.slice(0, 12)}, and this is ${model.slice(0, 12)}`;
  return [
    ...(builtFromIt ? [] : [['model', 'the plan was built from another', hashes] as const]),
    ...changeRows('input', inputs, ['the plan', 'the model']),
    ...changeRows('output', outputs, ['the plan', 'the model']),
  ];
}
