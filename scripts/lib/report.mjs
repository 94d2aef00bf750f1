/**
 * @typedef {object} StageResult
 * @property {number} passed
 * @property {number} failed
 * @property {string[]} skipped tests that skipped themselves, by name
 * @property {string[]} missing checks that could not run because something is not installed, by name and with the reason
 *
 * @typedef {StageResult & { name: string, seconds: number }} StageReport
 */

/** @returns {StageResult} */
export function emptyResult() {
  return { passed: 0, failed: 0, skipped: [], missing: [] };
}

/**
 * What came of the parts of a stage, by name.
 * @param {Record<string, StageResult>} parts
 * @returns {StageResult}
 */
export function joinParts(parts) {
  const result = emptyResult();
  for (const [name, part] of Object.entries(parts)) {
    result.passed += part.passed;
    result.failed += part.failed;
    result.skipped.push(...part.skipped.map((test) => `${name}: ${test}`));
    result.missing.push(...part.missing);
  }
  return result;
}

/**
 * What has gone wrong or right over all stages. In CI everything has to be there, so what did not run counts as failed.
 * @param {StageResult[]} stages
 * @param {{ isCi: boolean }} options
 */
export function totals(stages, { isCi }) {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped, missing } of stages) {
    sum.passed += passed;
    const notRun = skipped.length + missing.length;
    sum.failed += failed + (isCi ? notRun : 0);
    sum.skipped += isCi ? 0 : notRun;
  }
  return sum;
}

/** The closing line of `npm test`, which other programs read. @param {{ passed: number, failed: number, skipped: number }} sum */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/**
 * The table of stages, the names of what was skipped and the closing line.
 * @param {StageReport[]} stages
 * @param {{ isCi: boolean }} options
 */
export function formatReport(stages, { isCi }) {
  const lines = ['', 'stage          seconds   passed   failed  skipped'];
  for (const stage of stages) {
    const { passed, failed, skipped } = totals([stage], { isCi });
    const numbers = [stage.seconds.toFixed(1), passed, failed, skipped].map((value) => String(value).padStart(9));
    lines.push(stage.name.padEnd(13) + numbers.join(''));
  }
  appendNames(lines, `Skipped by the tests themselves${isCi ? ', which is a failure in CI' : ''}`, stages, 'skipped');
  const what = isCi ? 'Could not run, which is a failure in CI' : 'Could not run';
  appendNames(lines, what, stages, 'missing');
  lines.push('', closingLine(totals(stages, { isCi })));
  return lines.join('\n');
}

/** @param {string[]} lines @param {string} title @param {StageReport[]} stages @param {'skipped' | 'missing'} field */
function appendNames(lines, title, stages, field) {
  const names = stages.flatMap((stage) => stage[field].map((name) => `  ${stage.name}: ${name}`));
  if (names.length > 0) lines.push('', `${title} (${names.length}):`, ...names);
}
