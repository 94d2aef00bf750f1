// node scripts/onnx-upgrade.mjs [--dry]
// Upgrades ONNX's operator cases and compares what ONNX Runtime makes of them before and after, beside what
// onnx.version_converter gives; writes the numbers into docs/onnx-upgrade.md.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readModel } from '../dist/esm/onnx/file/read-model.js';
import { writeModel } from '../dist/esm/onnx/file/write-model.js';
import { NEWEST_OPSET } from '../dist/esm/onnx/upgrade/ir-version.js';
import { upgradeOpset } from '../dist/esm/onnx/upgrade/upgrade.js';
import { runMain } from './lib/errors.mjs';
import { ensureOnnxCases, onnxCasesDir } from './lib/onnx-cases.mjs';
import { writePagePart } from './lib/page-part.mjs';
import { root } from './lib/paths.mjs';
import { ensureOnnxReference } from './lib/reference/environments.mjs';
import { findTools } from './lib/tools.mjs';

const page = path.join(root, 'docs', 'onnx-upgrade.md');
const marks = /** @type {const} */ (['<!-- written by scripts/onnx-upgrade.mjs -->', '<!-- end -->']);
const judge = path.join(root, 'scripts', 'lib', 'reference', 'upgraded_models.py');
const TARGET = 21;

/** What is no fault of the upgrade. */
const known = new Map([['test_swish', 'ONNX Runtime 1.30 runs Swish in operator set 24 and in none after it']]);

/**
 * @typedef {{ name: string, from: number, to: number, changed: number, error?: string }} Upgraded
 * @typedef {{ name: string, result: string, detail: string | null, converter?: string }} Verdict
 */

await runMain(async () => {
  const { values } = parseArgs({ options: { dry: { type: 'boolean', default: false } } });
  const { python } = (await findTools()).tools;
  await ensureOnnxCases(python);
  const reference = await ensureOnnxReference(python);
  const folder = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-upgrade-'));
  try {
    const upgraded = await upgradeAll(folder);
    const list = path.join(folder, 'models.json');
    const good = upgraded.filter(({ error }) => error === undefined);
    writeFileSync(
      list,
      JSON.stringify(
        good.map(({ name, to }) => ({
          name,
          to,
          before: path.join(onnxCasesDir, name, 'model.onnx'),
          after: path.join(folder, `${name}.onnx`),
          data: path.join(onnxCasesDir, name, 'test_data_set_0'),
        })),
      ),
    );
    const output = execFileSync(reference.python, [judge, list], { encoding: 'utf8', maxBuffer: 1 << 28 });
    /** @type {Verdict[]} */
    const verdicts = output
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const text = pageText(upgraded, verdicts);
    process.stdout.write(`${text}\n`);
    if (!values.dry) writePagePart(page, marks, text);
    return verdicts.some(({ name, result }) => !['equal', 'not run'].includes(result) && !known.has(name)) ? 1 : 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

/** @param {string} folder @returns {Promise<Upgraded[]>} */
async function upgradeAll(folder) {
  /** @type {Upgraded[]} */
  const all = [];
  for (const name of readdirSync(onnxCasesDir).sort()) {
    const model = await readModel(path.join(onnxCasesDir, name, 'model.onnx'));
    const from = model.opset;
    // Without ONNX's own operators, or as new as can be.
    if (from === 0 || from === NEWEST_OPSET) continue;
    const to = from < TARGET ? TARGET : NEWEST_OPSET;
    try {
      const { changed } = await upgradeOpset(model, { to });
      await writeModel(model, path.join(folder, `${name}.onnx`));
      all.push({ name, from, to, changed: changed.length });
    } catch (error) {
      all.push({ name, from, to, changed: 0, error: /** @type {Error} */ (error).message });
    }
  }
  return all;
}

/** @param {Upgraded[]} upgraded @param {Verdict[]} verdicts */
function pageText(upgraded, verdicts) {
  const of = new Map(verdicts.map((verdict) => [verdict.name, verdict]));
  const rows = [
    {
      title: `below ${TARGET}, to ${TARGET}, nodes changed`,
      is: (/** @type {Upgraded} */ one) => one.from < TARGET && one.changed > 0,
    },
    {
      title: `below ${TARGET}, to ${TARGET}, versions only`,
      is: (/** @type {Upgraded} */ one) => one.from < TARGET && one.changed === 0,
    },
    { title: `${TARGET} and above, to ${NEWEST_OPSET}`, is: (/** @type {Upgraded} */ one) => one.from >= TARGET },
  ].map(({ title, is }) => {
    const own = upgraded.filter(is);
    const count = (/** @type {(verdict: Verdict) => boolean} */ wanted) =>
      own.filter(({ name }) => wanted(of.get(name) ?? { name, result: '', detail: null })).length;
    const cells = [
      own.length,
      own.filter(({ error }) => error).length,
      count(({ result }) => result === 'equal'),
      count(({ result }) => ['differs', 'check', 'load', 'run'].includes(result)),
      count(({ result }) => result === 'not run'),
      count(({ converter }) => converter === 'equal'),
      count(({ converter }) => converter !== undefined && converter !== 'equal'),
    ];
    return `| ${title} | ${cells.join(' | ')} |`;
  });
  const listed = [
    ...upgraded.flatMap(({ name, error }) => (error ? [`- refused: ${name}: ${error}`] : [])),
    ...verdicts.flatMap(({ name, result, detail }) =>
      ['equal', 'not run'].includes(result)
        ? []
        : [`- ${result}: ${name}: ${known.get(name) ?? oneLine(detail ?? '')}`],
    ),
    ...verdicts.flatMap(({ name, converter }) =>
      converter === undefined || converter === 'equal' ? [] : [`- converter: ${name}: ${oneLine(converter)}`],
    ),
  ];
  return [
    '| cases of operator set | upgraded | refused | equal, bit by bit | not equal | ONNX Runtime does not run the old one | converter equal | converter not |',
    '| --- | --- | --- | --- | --- | --- | --- | --- |',
    ...rows,
    '',
    ...listed,
  ].join('\n');
}

/** @param {string} text */
function oneLine(text) {
  return text.replaceAll(/\s+/g, ' ').trim();
}
