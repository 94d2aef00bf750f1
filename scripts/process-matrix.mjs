// node scripts/process-matrix.mjs [--node 20,22,24,26] [--terminations 50] [--repeats 3] [--dry]
// Runs the process-level tests (test/process) under several versions of Node.js and writes the table of docs/safety.md.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from './lib/errors.mjs';
import { nodeOf } from './lib/node-programs.mjs';
import { writePagePart } from './lib/page-part.mjs';
import { programs, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { setup } from './setup.mjs';

const page = path.join(root, 'docs', 'safety.md');
const marks = /** @type {const} */ ([
  '<!-- matrix: written by scripts/process-matrix.mjs -->',
  '<!-- end of matrix -->',
]);

/**
 * @typedef {{ file: string, title: string, status: string, seconds: number }} TestResult
 * @typedef {{ version: string, results: TestResult[] }} Column
 */

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      node: { type: 'string', default: '20,22,24,26' },
      terminations: { type: 'string', default: '50' },
      repeats: { type: 'string', default: '3' },
      dry: { type: 'boolean', default: false },
    },
  });
  await setup({ picture: false });
  /** @type {Column[]} */
  const columns = [];
  for (const major of values.node.split(',')) {
    const node = await nodeOf(major);
    process.stdout.write(`\n── Node.js ${node.version} ──\n`);
    columns.push({ version: node.version, results: await runTests(node.program, values) });
    const table = formatTable(columns, values);
    process.stdout.write(`\n${table}\n`);
    // After each version: they take ten minutes each.
    if (!values.dry) writePagePart(page, marks, table);
  }
  return columns.some(({ results }) => results.some(({ status }) => status === 'failed')) ? 1 : 0;
});

/**
 * @param {string} program the Node.js of the children; the test runner itself stays with this one
 * @param {{ terminations: string, repeats: string }} options
 * @returns {Promise<TestResult[]>}
 */
async function runTests(program, { terminations, repeats }) {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-matrix-'));
  try {
    const file = path.join(dir, 'results.json');
    const args = [programs.vitest, 'run', 'test/process', '--reporter=json', `--outputFile=${file}`];
    const { output } = await run(process.execPath, args, {
      cwd: root,
      env: {
        ...process.env,
        NODE_TENSORRT_TEST_NODE: program,
        NODE_TENSORRT_TEST_TERMINATIONS: terminations,
        NODE_TENSORRT_TEST_REPEATS: repeats,
      },
    });
    if (!existsSync(file)) throw new SetupError(`vitest left no results:\n${output}`);
    return readResults(JSON.parse(readFileSync(file, 'utf8')));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** @param {any} report @returns {TestResult[]} */
function readResults(report) {
  return report.testResults.flatMap((/** @type {any} */ file) =>
    file.assertionResults.map((/** @type {any} */ test) => {
      if (test.status === 'failed') process.stdout.write(`failed: ${test.fullName}\n${test.failureMessages[0]}\n`);
      return {
        file: path.basename(file.name, '.test.ts'),
        title: test.fullName,
        status: test.status,
        seconds: (test.duration ?? 0) / 1000,
      };
    }),
  );
}

/** A row per test file; of the terminations and exits, which are many, a row per operation and step. @param {TestResult} result */
function rowOf({ file, title }) {
  if (file === 'terminate') return `terminate: ${title.replace(/^.* while the worker /, '')}`;
  if (file === 'exit') return `exit: engine ${title.replace(/^a process whose engine is (\w+) .*$/, '$1')}`;
  return file;
}

/** @param {Column[]} columns @param {{ terminations: string, repeats: string }} options */
function formatTable(columns, { terminations, repeats }) {
  const rows = [...new Set(columns.flatMap(({ results }) => results.map(rowOf)))].sort();
  const lines = rows.map((row) => {
    const cells = columns.map(({ results }) => {
      const own = results.filter((result) => rowOf(result) === row);
      const passed = own.filter(({ status }) => status === 'passed').length;
      const skipped = own.filter(({ status }) => status !== 'passed' && status !== 'failed').length;
      return `${passed} of ${own.length}${skipped > 0 ? ` (${skipped} skipped)` : ''}`;
    });
    return `| ${row} | ${cells.join(' | ')} |`;
  });
  const date = new Date().toISOString().slice(0, 10);
  const machine = `${os.type()} ${os.arch()}, ${os.availableParallelism()} CPUs`;
  return [
    `Run on ${date} (${machine}) with ${terminations} terminations per operation and ${repeats} repetitions per exit; a cell`,
    'says how many tests passed.',
    '',
    `| Tests | ${columns.map(({ version }) => `Node ${version}`).join(' | ')} |`,
    `| --- | ${columns.map(() => '---').join(' | ')} |`,
    ...lines,
  ].join('\n');
}
