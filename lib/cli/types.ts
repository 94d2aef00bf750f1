import { typesOf } from '../toolkit/types-file.js';
import { outputFile, writeText } from './output-file.js';
import { oneModel, parseVerb, type Verb } from './verb.js';

const help = `Use: node-tensorrt types MODEL [-o FILE.d.ts] [--name NAME] [--force]

Writes TypeScript types of a model's inputs and outputs: with them the compiler knows their names and element types.
Engine.load<NAMEInputs, NAMEOutputs>(path) takes them. The model is not loaded or run.

  -o, --output FILE  where the types go (default: printed)
  --name NAME        what the types begin with (default: from the name of the file)
  --force            FILE may be the model itself, which it then replaces`;

export const verb: Verb = { help, run };

async function run(args: readonly string[], print: (text: string) => void): Promise<number> {
  const { values, positionals } = parseVerb(args, {
    output: { type: 'string', short: 'o' },
    name: { type: 'string' },
    force: { type: 'boolean' },
  });
  const model = oneModel('types', positionals);
  const force = values.force ?? false;
  const output =
    values.output === undefined ? undefined : await outputFile(values.output, { option: '-o', inputs: [model], force });
  const text = await typesOf(model, values.name === undefined ? {} : { name: values.name });
  if (output === undefined) print(text.trimEnd());
  else await writeText('-o', output, text);
  return 0;
}
