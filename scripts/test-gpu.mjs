// npm run test:gpu [-- --item NAME … | --standins | --out FILE]: tries on a GPU what the library does with one, and writes
// docs/gpu-results.md, or FILE. With --standins on the stand-ins for the driver; with some items only nothing is written.
// Also the way into an unpacked kit (npm run gpu-kit), where everything is built already.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from './lib/errors.mjs';
import { resultsPage } from './lib/gpu/page.mjs';
import { isKit, kitPrograms } from './lib/gpu/programs.mjs';
import { listItems, runAcceptance, runAddonItem } from './lib/gpu/run.mjs';
import { sourceName } from './lib/gpu/source.mjs';
import { root } from './lib/paths.mjs';

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      standins: { type: 'boolean', default: false },
      item: { type: 'string', multiple: true, default: [] },
      out: { type: 'string', default: path.join(root, 'docs', 'gpu-results.md') },
    },
  });
  // What sets up is not in a kit's reach, nor needed there.
  const programs = isKit() ? kitPrograms(root) : await (await import('./lib/gpu/prepare.mjs')).prepareGpu(values);
  const known = await listItems(programs);
  const unknown = values.item.find((item) => !known.includes(item));
  if (unknown !== undefined) throw new SetupError(`There is no item ${unknown}; there are:\n  ${known.join('\n  ')}`);

  const onResult = (/** @type {import('./lib/gpu/run.mjs').ItemResult} */ { item, result, detail }) =>
    process.stdout.write(`${result === 'failed' ? 'FAILED ' : result} ${item}: ${detail}\n`);
  const { machine, results, problem } = await runAcceptance(programs, {
    standins: values.standins,
    items: values.item,
    onResult,
  });
  if (machine === null) throw new SetupError(`There is no GPU to try anything on, so nothing was written.\n${problem}`);
  const isWhole = values.item.length === 0;
  if (isWhole) {
    results.push(await runAddonItem(programs));
    onResult(results[results.length - 1]);
  }

  const count = (/** @type {string} */ wanted) => results.filter(({ result }) => result === wanted).length;
  const failed = count('failed');
  process.stdout.write(`${count('passed')} passed, ${failed} failed, ${count('skipped')} skipped on ${machine.gpu}\n`);
  if (machine.standin) {
    process.stdout.write('A stand-in is no GPU: nothing was written.\n');
    // Somebody who asked for a GPU has not got what was asked for.
    return failed > 0 || !values.standins ? 1 : 0;
  }
  if (isWhole) {
    const date = new Date().toISOString().slice(0, 10);
    const source = await sourceName();
    mkdirSync(path.dirname(path.resolve(values.out)), { recursive: true });
    writeFileSync(values.out, resultsPage({ machine, results, date, source, node: process.versions.node }));
    process.stdout.write(`written to ${values.out}\n`);
  }
  return failed > 0 ? 1 : 0;
});
