// @ts-check
// npm run bench [-- NAME …] [--quick] [--no-setup]: see README.md
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { runMain, SetupError } from '../scripts/lib/errors.mjs';
import { picturePath } from '../scripts/lib/pictures.mjs';
import { setup } from '../scripts/setup.mjs';
import { ensureBuildTools } from './lib/build-tools.mjs';
import { drawChart } from './lib/chart.mjs';
import { drawCurves } from './lib/curves.mjs';
import { describeMachine, describeVersions } from './lib/machine.mjs';
import { ensureMagika, magikaPath } from './lib/magika.mjs';
import { writeModels } from './lib/models.mjs';
import { onnxRuntimePath, resultsDir, scratchDir } from './lib/paths.mjs';
import { buildRaw } from './lib/raw.mjs';
import { formatReadme } from './lib/readme.mjs';
import { formatTarget } from './lib/report.mjs';
import { measureRounds } from './lib/rounds.mjs';

/** @import { Context } from './lib/rounds.mjs' */
/** @import { Result } from './lib/readme.mjs' */

/** In the order of the page. */
const NAMES = [
  ...['call-overhead', 'mlp', 'batching', 'batching-ocr', 'batching-magika', 'batching-overload', 'event-loop-delay'],
  ...[
    'tensor-sizes',
    'load',
    'memory',
    'memory-return',
    'memory-day',
    'allocators',
    'ocr',
    'pipeline',
    'cast',
    'build',
  ],
];

await runMain(async () => {
  const { names, quick, needsSetup } = parseArguments(process.argv.slice(2));
  const wantsPicture = names.includes('ocr');
  if (needsSetup) {
    const { tools } = await setup({ picture: wantsPicture });
    if (names.includes('batching-magika')) await tryMagika(tools.python);
  }
  /** @type {Context} */
  const context = {
    quick,
    models: await writeModels(),
    library: onnxRuntimePath(),
    raw: await buildRaw(),
    picture: existsSync(picturePath) ? picturePath : null,
    magika: existsSync(magikaPath) ? magikaPath : null,
    build: names.includes('build') ? await ensureBuildTools() : null,
  };
  // Quick numbers are for trying things out, and never replace real ones.
  const folder = quick ? path.join(scratchDir, 'quick') : resultsDir;
  mkdirSync(folder, { recursive: true });
  const start = performance.now();
  const source = { machine: describeMachine(), versions: describeVersions() };
  let failed = 0;
  for (const name of names) failed += (await runQuestion(name, { context, folder, source })) ? 0 : 1;
  writeFileSync(path.join(folder, 'README.md'), formatReadme(readResults(folder)));
  const seconds = Math.round((performance.now() - start) / 1000);
  process.stdout.write(`\nDone in ${seconds} s: ${path.relative(process.cwd(), folder)}/README.md\n`);
  return failed === 0 ? 0 : 1;
});

/** Without the model its question is skipped, with this as the reason. @param {string} python */
async function tryMagika(python) {
  try {
    await ensureMagika(python);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stderr.write(`\nThe model of batching-magika could not be fetched: ${error.message}\n\n`);
  }
}

/** @param {string[]} args */
function parseArguments(args) {
  const names = args.filter((arg) => !arg.startsWith('-'));
  const unknown = [
    ...names.filter((name) => !NAMES.includes(name)),
    ...args.filter((arg) => arg.startsWith('-') && !['--quick', '--no-setup'].includes(arg)),
  ];
  if (unknown.length > 0) {
    throw new SetupError(`Unknown: ${unknown.join(', ')}. Use: npm run bench -- [${NAMES.join('|')} …] [--quick]`);
  }
  const chosen = NAMES.filter((name) => names.length === 0 || names.includes(name));
  return { names: chosen, quick: args.includes('--quick'), needsSetup: !args.includes('--no-setup') };
}

/**
 * @param {string} name
 * @param {{ context: Context, folder: string, source: Pick<Result, 'machine' | 'versions'> }} options
 * @returns {Promise<boolean>} whether it could be measured; a missed target is a result, not a failure
 */
async function runQuestion(name, { context, folder, source }) {
  const program = fileURLToPath(new URL(`${name}.mjs`, import.meta.url));
  const question = await import(`./${name}.mjs`);
  process.stdout.write(`\n${name}: ${question.title}\n`);
  try {
    const { subjects, rounds, skipped } = question.plan(context);
    if (skipped) {
      process.stdout.write(`  skipped: ${skipped}\n`);
      return true;
    }
    const onProgress = (/** @type {string} */ text) => process.stderr.write(`  ${text}\n`);
    const raw = await measureRounds({ program, subjects, rounds, context, onProgress });
    const report = question.report(raw, subjects);
    const { title, about } = question;
    const date = new Date().toISOString();
    /** @type {Result} */
    const result = { name, title, about, date, ...source, rounds, quick: context.quick, report, raw };
    writeFileSync(path.join(folder, `${name}.json`), `${JSON.stringify(result, null, 1)}\n`);
    for (const chart of report.charts) writeFileSync(path.join(folder, `${chart.name}.svg`), drawChart(chart));
    for (const curves of report.curves ?? [])
      writeFileSync(path.join(folder, `${curves.name}.svg`), drawCurves(curves));
    for (const target of report.targets) process.stdout.write(`  ${formatTarget(target)}\n`);
    return true;
  } catch (error) {
    process.stdout.write(`  ${name} could not be measured: ${error instanceof Error ? error.message : error}\n`);
    return false;
  }
}

/** The results there are, also those of earlier runs. @param {string} folder @returns {Result[]} */
function readResults(folder) {
  const files = NAMES.map((name) => path.join(folder, `${name}.json`)).filter((file) => existsSync(file));
  return files.map((file) => JSON.parse(readFileSync(file, 'utf8')));
}
