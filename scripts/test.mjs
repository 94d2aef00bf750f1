// npm test [-- lint|types|ts|cpp|checkers|conformance|nvidia|standins|packages|sanitizers|coverage …] [argument of vitest …]
import { runMain, SetupError } from './lib/errors.mjs';
import { showStep } from './lib/progress.mjs';
import { emptyResult, formatReport, totals } from './lib/report.mjs';
import { parseStageArgs } from './lib/stage-args.mjs';
import { checkers } from './lib/stages/checkers.mjs';
import { conformance } from './lib/stages/conformance.mjs';
import { coverage } from './lib/stages/coverage.mjs';
import { cpp } from './lib/stages/cpp.mjs';
import { lint } from './lib/stages/lint.mjs';
import { nvidia } from './lib/stages/nvidia.mjs';
import { packages } from './lib/stages/packages.mjs';
import { sanitizers } from './lib/stages/sanitizers.mjs';
import { standins } from './lib/stages/standins.mjs';
import { ts } from './lib/stages/ts.mjs';
import { types } from './lib/stages/types.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { setup } from './setup.mjs';

/**
 * @typedef {object} StageContext
 * @property {import('./lib/tools.mjs').Tools} tools
 * @property {() => Promise<import('./lib/toolchain.mjs').Toolchain | { problem: string }>} toolchain made when first asked for
 * @property {string[]} vitestArgs
 */

const runners = { lint, types, ts, cpp, checkers, conformance, nvidia, standins, packages, sanitizers, coverage };
const isCi = process.env.CI === 'true';

await runMain(async () => {
  const { stages, vitestArgs } = parseStageArgs(process.argv.slice(2));
  /** @type {import('./lib/report.mjs').StageReport[]} */
  const reports = [];
  const prepared = await report(reports, 'setup', () => setup());
  if (prepared) {
    if (prepared.picture === null) reports[0].missing.push('default picture (see above)');
    /** @type {StageContext} */
    const context = { tools: prepared.tools, toolchain: onceToolchain(prepared.tools.python), vitestArgs };
    for (const stage of stages) {
      process.stdout.write(`\n── ${stage} ──\n`);
      await report(reports, stage, async () => {
        const result = await runners[stage](context);
        Object.assign(reports[reports.length - 1], result);
      });
    }
  }
  process.stdout.write(`${formatReport(reports, { isCi })}\n`);
  return totals(reports, { isCi }).failed > 0 ? 1 : 0;
});

/**
 * Runs one part and adds its line to the table; a SetupError is shown and counts as one failure.
 * @template T
 * @param {import('./lib/report.mjs').StageReport[]} reports
 * @param {string} name
 * @param {() => Promise<T>} work
 * @returns {Promise<T | null>}
 */
async function report(reports, name, work) {
  const start = performance.now();
  const entry = { ...emptyResult(), name, seconds: 0 };
  reports.push(entry);
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`\n${error.message}\n`);
    entry.failed++;
    return null;
  } finally {
    entry.seconds = (performance.now() - start) / 1000;
  }
}

/** @param {string} python */
function onceToolchain(python) {
  /** @type {ReturnType<StageContext['toolchain']> | undefined} */
  let pending;
  return () => {
    pending ??= showStep('C++ toolchain', () => ensureToolchain(python)).catch((error) => {
      if (!(error instanceof SetupError)) throw error;
      process.stdout.write(`\n${error.message}\n`);
      return { problem: 'the C++ toolchain could not be installed, see above' };
    });
    return pending;
  };
}
