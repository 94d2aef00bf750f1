import path from 'node:path';
import { runConformance } from '../../../test/conformance/conformance.mjs';
import { formatReport } from '../../../test/conformance/summary.mjs';
import { cmakeBuildDir } from '../cmake.mjs';
import { SetupError } from '../errors.mjs';
import { buildNativeTests, onnxruntimeLibrary } from '../native-tests.mjs';
import { ensureOnnxCases, onnxCasesDir } from '../onnx-cases.mjs';
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
  if ('missing' in report) {
    const { missing } = report;
    return { ...emptyResult(), ...(missing ? { missing: [`operator cases (${missing})`] } : { failed: 1 }) };
  }
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
 * @returns {Promise<import('../../../test/conformance/conformance.mjs').Report | { missing: string | null }>} `missing` as
 *   in buildNativeTests
 */
export async function conformanceReport(context) {
  const onnxruntime = onnxruntimeLibrary();
  if (onnxruntime === null)
    return { missing: `onnxruntime-node has no library for ${process.platform}-${process.arch}` };
  try {
    await showStep('operator cases', () => ensureOnnxCases(context.tools.python));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    process.stdout.write(`\n${error.message}\n`);
    return { missing: 'they could not be fetched, see above' };
  }
  const build = await buildNativeTests(context, 'raw_run');
  if (!build.built) return { missing: build.missing };
  return runConformance({
    casesDir: onnxCasesDir,
    rawRun: path.join(cmakeBuildDir, isWindows ? 'raw_run.exe' : 'raw_run'),
    onnxruntime,
    onStep: (text) => process.stdout.write(`  ${text}\n`),
  });
}
