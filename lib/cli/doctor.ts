import { type DoctorReport, doctor, type Finding, type MachineRequirement } from '../index.js';
import { WrongUse } from './failure.js';
import { parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt doctor [MODEL] [--require gpu|tensorrt|tensorrt-rtx …] [--all] [--json]

Looks at what this library depends on: processor, memory, limits, driver, GPUs, TensorRT. Says of each finding why it matters
and what mends it; changes nothing. With MODEL, also whether the model's memory suffices. docs/doctor.md lists all findings.

  --require NAME   what must be there; may be repeated
  --all            what is as it should be as well
  --json           everything as JSON

Exit code: 1 where a finding is an error.`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    require: { type: 'string', multiple: true },
    all: { type: 'boolean' },
    json: { type: 'boolean' },
  });
  const [model, ...more] = positionals;
  if (more.length > 0) throw new WrongUse('doctor takes one model at most');
  const report = await doctor({
    ...(model !== undefined && { model }),
    ...(values.require && { require: values.require as MachineRequirement[] }),
  });
  print(values.json ? JSON.stringify(report, null, 2) : table(report, values.all ?? false));
  return report.ok ? 0 : 1;
}

function table({ findings, platform }: DoctorReport, all: boolean): string {
  const shown = findings.filter(({ severity }) => all || severity !== 'ok');
  const count = (severity: string) => findings.filter((finding) => finding.severity === severity).length;
  const summary = `${platform}: ${count('error')} errors, ${count('warning')} warnings, ${count('info')} notes, ${count('ok')} as they should be`;
  return [...shown.map(entry), summary].join('\n');
}

function entry({ severity, id, found, reason, fix }: Finding): string {
  const indent = ' '.repeat(9);
  const lines = [`${severity.padEnd(8)} ${id}: ${found}`];
  if (reason !== '') lines.push(...reason.split('\n').map((line) => `${indent}${line}`));
  if (fix !== undefined) lines.push(`${indent}→ ${fix}`);
  return lines.join('\n');
}
