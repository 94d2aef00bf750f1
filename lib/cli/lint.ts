import { didYouMean, nearNames } from '../near-names.js';
import {
  type LintFinding,
  type LintOptions,
  lintModel,
  lintRules,
  lintSeverities,
  lintTargets,
} from '../toolkit/lint-model.js';
import { WrongUse } from './failure.js';
import { Progress } from './progress.js';
import { table } from './table.js';
import { oneModel, parseVerb, type Verb, wholeNumber } from './verb.js';

const help = `Use: node-tensorrt lint MODEL [--for TARGET …] [--rule NAME=LEVEL …] [--deep] [--json]

Looks for what is wrong with an ONNX model, what a backend would refuse, and what would surprise. Nothing is run or
changed. docs/onnx-lint.md has the rules. Exit code: 1 where there are errors.

  --for TARGET       ${lintTargets.join(', ')}; may be repeated, or a list with commas (default: all)
  --rule NAME=LEVEL  off, or another severity for a rule: ${[...lintSeverities].reverse().join(', ')}; may be repeated
  --deep             reads all weights, not only those below 16 KiB
  --max N            findings of each rule that are listed, 1 to 100000 (default: 20; with --json 100)
  --json             the findings as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    for: { type: 'string', multiple: true },
    rule: { type: 'string', multiple: true },
    deep: { type: 'boolean' },
    max: { type: 'string' },
    json: { type: 'boolean' },
  });
  const model = oneModel('lint', positionals);
  const options: LintOptions = {
    deep: values.deep ?? false,
    maxPerRule: values.max === undefined ? (values.json ? 100 : 20) : wholeNumber('--max', values.max),
    rules: Object.fromEntries((values.rule ?? []).map(ruleOf)),
  };
  if (values.for) options.for = values.for.flatMap((text) => text.split(',')).map(targetOf);
  const findings = await new Progress().during(`reading ${model} …`, lintModel(model, options));
  print(values.json ? JSON.stringify(findings, null, 2) : report(findings, new Set(options.for ?? lintTargets).size));
  return findings.some(({ severity }) => severity === 'error') ? 1 : 0;
}

function targetOf(text: string) {
  const target = lintTargets.find((name) => name === text);
  if (!target) throw new WrongUse(`--for: expected one of ${lintTargets.join(', ')}, received '${text}'`);
  return target;
}

function ruleOf(text: string) {
  const at = text.lastIndexOf('=');
  if (at < 1) throw new WrongUse(`--rule: expected NAME=LEVEL, received '${text}'`);
  const [name, level] = [text.slice(0, at), text.slice(at + 1)];
  if (!lintRules.some((rule) => rule.name === name)) {
    const near = nearNames(
      name,
      lintRules.map((rule) => rule.name),
    );
    throw new WrongUse(`--rule: there is no rule '${name}'${didYouMean(near) || ';'} docs/onnx-lint.md has all`);
  }
  const choice = [...lintSeverities, 'off' as const].find((known) => known === level);
  if (!choice) throw new WrongUse(`--rule: expected off, info, warning or error, received '${level}'`);
  return [name, choice] as const;
}

function report(findings: readonly LintFinding[], targets: number): string {
  if (findings.length === 0) return 'nothing found';
  const counts = lintSeverities.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return count === 1 || severity === 'info' ? `${count} ${severity}` : `${count} ${severity}s`;
  });
  const rows = findings.map((finding) => [finding.severity, finding.rule, finding.message + place(finding, targets)]);
  const lines = table(rows).split('\n');
  // What helps is said once for findings of one rule that it helps alike.
  const said = findings.map(({ rule, hint }, i) =>
    findings[i + 1]?.rule === rule && findings[i + 1]?.hint === hint ? '' : hint,
  );
  const width = Math.max(...rows.map(([severity]) => severity?.length ?? 0)) + 2;
  const texts = lines.map((line, i) => (said[i] ? `${line}\n${' '.repeat(width)}→ ${said[i]}` : line));
  return [...texts, '', counts.join(', ')].join('\n');
}

/** Where it is, and for whom it matters if not for all that were asked for. */
function place(finding: LintFinding, targets: number): string {
  const graph = finding.graph === undefined ? '' : ` (in ${finding.graph})`;
  const some = finding.for.length === targets ? '' : ` [${finding.for.join(', ')}]`;
  return graph + some;
}
