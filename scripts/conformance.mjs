// node scripts/conformance.mjs [--dry]
// Runs ONNX's operator cases as `npm test -- conformance` does, and writes the numbers into docs/conformance.md.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pageText } from '../test/conformance/page.mjs';
import { formatReport } from '../test/conformance/summary.mjs';
import { runMain, SetupError } from './lib/errors.mjs';
import { writePagePart } from './lib/page-part.mjs';
import { root } from './lib/paths.mjs';
import { conformanceReport } from './lib/stages/conformance.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { setup } from './setup.mjs';

const page = path.join(root, 'docs', 'conformance.md');
const marks = /** @type {const} */ (['<!-- written by scripts/conformance.mjs -->', '<!-- end -->']);

await runMain(async () => {
  const { values } = parseArgs({ options: { dry: { type: 'boolean', default: false } } });
  const { tools } = await setup({ picture: false });
  const report = await conformanceReport({ tools, toolchain: () => ensureToolchain(tools.python), vitestArgs: [] });
  if ('result' in report) throw new SetupError(`The cases could not run: ${report.result.missing[0] ?? 'see above'}`);
  process.stdout.write(`${formatReport(report)}\n`);
  if (!values.dry) {
    writePagePart(page, marks, pageText(report));
    process.stdout.write(`written to ${page}\n`);
  }
  const isBad =
    report.verdicts.some(({ problems }) => problems.length > 0) || report.checks.some(({ problem }) => problem);
  return isBad ? 1 : 0;
});
