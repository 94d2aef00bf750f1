import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { coverageLimits } from './coverage-limits.mjs';
import { root } from './paths.mjs';
import { runOrFail } from './run.mjs';

/**
 * @typedef {{ covered: number, total: number }} Count
 * @typedef {{ file: string, lines: Count, branches: Count }} FileCoverage `file` is relative to the checkout, with '/'
 */

/**
 * What programs of a build with --coverage have executed of native/.
 * @param {import('./toolchain.mjs').Toolchain} toolchain
 * @param {string} dir the build's folder
 * @returns {Promise<FileCoverage[]>}
 */
export async function readCpp(toolchain, dir) {
  const temporary = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-coverage-'));
  try {
    const file = path.join(temporary, 'summary.json');
    await runOrFail('gcovr', toolchain.gcovr, [
      ...['--root', root, '--object-directory', dir, dir],
      ...['--filter', `${root}/native/`, '--exclude', `${root}/native/test/`],
      // Every call that may throw has a branch for that, which no test can take where nothing throws.
      ...['--exclude-throw-branches', '--exclude-unreachable-branches', '--exclude-noncode-lines'],
      // A function of a header is compiled in many places.
      ...['--merge-mode-functions', 'separate', '--merge-lines'],
      // gcov also looks into headers of the system, which are not asked for.
      '--gcov-ignore-errors=no_working_dir_found',
      ...['--json-summary', file],
    ]);
    return JSON.parse(readFileSync(file, 'utf8')).files.map((/** @type {any} */ entry) => ({
      file: entry.filename,
      lines: { covered: entry.line_covered, total: entry.line_total },
      branches: { covered: entry.branch_covered, total: entry.branch_total },
    }));
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/**
 * What vitest says about lib/.
 * @param {string} dir where it ran
 * @returns {FileCoverage[]}
 */
export function readTypeScript(dir) {
  const summary = JSON.parse(readFileSync(path.join(dir, 'coverage', 'coverage-summary.json'), 'utf8'));
  const files = Object.entries(summary).map(([file, counts]) => ({ file: path.relative(dir, file), ...counts }));
  return files
    .filter(({ file }) => file.startsWith(`lib${path.sep}`))
    .map(({ file, lines, branches }) => ({ file: file.split(path.sep).join('/'), lines, branches }));
}

/**
 * The table by folder of the limits, and which of them are not reached.
 * @param {FileCoverage[]} files
 * @param {Record<string, { lines: number, branches: number }>} [limits]
 */
export function coverageTable(files, limits = coverageLimits) {
  const rows = Object.entries(limits).map(([folder, limit]) => {
    const inside = filesOf(files, folder, Object.keys(limits));
    return {
      folder,
      limit,
      lines: sum(inside.map((file) => file.lines)),
      branches: sum(inside.map((file) => file.branches)),
    };
  });
  const failures = rows.flatMap(({ folder, limit, ...counts }) =>
    /** @type {const} */ (['lines', 'branches'])
      .filter((kind) => percent(counts[kind]) < limit[kind])
      .map(
        (kind) =>
          `${folder}: ${percent(counts[kind]).toFixed(1)} % of the ${kind}, at least ${limit[kind]} % are wanted` +
          leastCovered(filesOf(files, folder, Object.keys(limits)), kind),
      ),
  );
  const lines = ['folder               lines              branches'];
  for (const { folder, lines: l, branches: b } of rows) {
    lines.push(folder.padEnd(17) + cell(l) + cell(b));
  }
  return { text: lines.join('\n'), failures };
}

/**
 * The files of a folder, without those of folders in it that have a limit of their own.
 * @param {FileCoverage[]} files
 * @param {string} folder
 * @param {string[]} folders with limits
 */
function filesOf(files, folder, folders) {
  const inner = folders.filter((other) => other.startsWith(`${folder}/`));
  return files.filter(
    ({ file }) => file.startsWith(`${folder}/`) && !inner.some((other) => file.startsWith(`${other}/`)),
  );
}

/**
 * The files in which most is not executed: where to begin.
 * @param {FileCoverage[]} files
 * @param {'lines' | 'branches'} kind
 */
function leastCovered(files, kind) {
  const missed = (/** @type {FileCoverage} */ file) => file[kind].total - file[kind].covered;
  return files
    .filter((file) => missed(file) > 0)
    .sort((a, b) => missed(b) - missed(a))
    .slice(0, 10)
    .map((file) => `\n  ${missed(file)} of ${file[kind].total} not in ${file.file}`)
    .join('');
}

/** @param {Count} count */
function cell(count) {
  return `${percent(count).toFixed(1)} %`.padStart(9) + `${count.covered}/${count.total}`.padStart(12);
}

/** Of nothing at all: 0, so that a folder that was not looked at fails. @param {Count} count */
function percent({ covered, total }) {
  return total === 0 ? 0 : (100 * covered) / total;
}

/** @param {Count[]} counts @returns {Count} */
function sum(counts) {
  return {
    covered: counts.reduce((all, { covered }) => all + covered, 0),
    total: counts.reduce((all, { total }) => all + total, 0),
  };
}
