import path from 'node:path';
import { runConformance } from '../../../test/conformance/conformance.mjs';
import { formatReport } from '../../../test/conformance/summary.mjs';
import { buildDir } from '../cmake.mjs';
import { buildPreset } from '../ctest.mjs';
import { SetupError } from '../errors.mjs';
import { ensureOnnxCases, onnxCasesDir } from '../onnx-cases.mjs';
import { onnxruntimeLibrary } from '../paths.mjs';
import { isWindows } from '../platform.mjs';
import { showStep } from '../progress.mjs';
import { emptyResult } from '../report.mjs';

/**
 * ONNX's operator cases through this library, the C API and onnxruntime-node. Each case counts as one test.
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../report.mjs').StageResult>}
 */
export async function conformance(context) {
  const report = await conformanceReport(context);
  if ('result' in report) return report.result;
  process.stdout.write(`${formatReport(report)}\n`);
  const problems = [
    ...report.verdicts.map((verdict) => verdict.problems.length),
    ...report.checks.map((check) => (check.problem ? 1 : 0)),
  ];
  const failed = problems.filter((count) => count > 0).length;
  return { ...emptyResult(), passed: problems.length - failed, failed };
}

/**
 * @param {import('../../test.mjs').StageContext} context
 * @returns {Promise<import('../../../test/conformance/conformance.mjs').Report | { result: import('../report.mjs').StageResult }>}
 *   `result` when they cannot run
 */
export async function conformanceReport(context) {
  const cannot = (/** @type {string} */ why) => ({
    result: { ...emptyResult(), missing: [`operator cases (${why})`] },
  });
  const onnxruntime = onnxruntimeLibrary();
  if (!onnxruntime) return cannot(`onnxruntime-node has no library for ${process.platform}-${process.arch}`);
  try {
    await showStep('operator cases', () => ensureOnnxCases(context.tools.python));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`\n${error.message}\n`);
    return cannot('they could not be fetched, see above');
  }
  const built = await buildPreset(context, 'tests', 'operator cases', 'raw_run');
  if ('result' in built) return built;
  return runConformance({
    casesDir: onnxCasesDir,
    rawRun: path.join(buildDir('tests'), isWindows ? 'raw_run.exe' : 'raw_run'),
    onnxruntime,
    onStep: (text) => process.stdout.write(`  ${text}\n`),
  });
}
