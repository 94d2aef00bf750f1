import { type SignedPlan, signPlan } from '../index.js';
import { WrongUse } from './failure.js';
import { interruptible } from './interrupt.js';
import { ofKeyFile, readKeyFile } from './key-file.js';
import { outputFile } from './output-file.js';
import { Progress } from './progress.js';
import { table } from './table.js';
import { parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt sign PLAN --key FILE [-o OUT.plan] [--json]

Signs a plan that is there, as build --sign does: machines that have the public key in trust.keys load it. The plan is checked
for damage, not for where it came from: who signs vouches, so inspect PLAN --verify one from elsewhere first. Signatures that
are there stay, and a plan that this key has signed is left as it is. docs/plans.md says more.

  --key FILE         Ed25519 private key, in PEM or DER (openssl genpkey -algorithm ed25519 -out FILE makes one)
  -o, --output OUT   where the signed plan goes (default: it takes the place of PLAN, when it is complete)
  --json             what was done as JSON`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    key: { type: 'string' },
    output: { type: 'string', short: 'o' },
    json: { type: 'boolean' },
  });
  const [plan, ...more] = positionals;
  if (plan === undefined || more.length > 0) throw new WrongUse('sign takes one plan');
  const { key: file } = values;
  if (file === undefined) throw new WrongUse('--key names the file of the private key that signs (Ed25519)');
  const key = await readKeyFile('--key', file);
  const output =
    values.output === undefined ? plan : await outputFile(values.output, { option: '-o', inputs: [file], what: 'key' });
  return interruptible(async (signal) => {
    const work = signPlan(plan, key, { output, signal });
    const done = await new Progress().during(`signing ${plan} …`, work).catch((error) => {
      throw ofKeyFile(error, 'privateKey', '--key', file);
    });
    print(values.json ? JSON.stringify(done, null, 2) : report(done, file, plan));
    return 0;
  });
}

function report({ output, keyId, added, signatures }: SignedPlan, file: string, plan: string): string {
  const before = output === plan ? 'the plan has its signature, and was left as it is' : 'the plan had its signature';
  return table([
    ['plan', output],
    ['key', `${keyId}, ${file}`],
    ['signed', added ? 'by this key now' : before],
    ...signatures.map(({ algorithm, keyId: id }, i) => [
      i === 0 ? 'signatures' : '',
      `${algorithm === 'ed25519' ? 'key' : 'the user with key'} ${id}`,
    ]),
  ]);
}
