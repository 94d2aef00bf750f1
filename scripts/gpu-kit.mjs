// npm run gpu-kit [-- --out FOLDER]: packs what test:gpu needs for a machine with a GPU and without registries, in parts
// that join.sh, which lies beside them, checks and joins there.
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain } from './lib/errors.mjs';
import { gpuFiles, packageFiles, packKit, programFiles } from './lib/gpu/kit.mjs';
import { prepareGpu } from './lib/gpu/prepare.mjs';
import { sourceName } from './lib/gpu/source.mjs';
import { fetchNode } from './lib/node-programs.mjs';
import { root } from './lib/paths.mjs';
import { showStep } from './lib/progress.mjs';

/** The addon fits any Node; the running one may be a distribution's, which needs that distribution's libraries. */
const NODE = '22';

await runMain(async () => {
  const { values } = parseArgs({ options: { out: { type: 'string', default: path.join(root, 'build-gpu-kit') } } });
  const programs = await prepareGpu();
  const files = { ...programFiles(programs), ...packageFiles(await fetchNode(NODE)), ...gpuFiles(programs) };
  const out = path.resolve(values.out);
  await showStep('kit', async () => {
    const parts = await packKit(files, { source: await sourceName() }, out);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
    return { fresh: false, note: `${parts.length} parts, ${(bytes / 1e6).toFixed(0)} MB` };
  });
  process.stdout.write(
    `${out}\nTake the parts, SHA256SUMS and join.sh there, all at once or one part at a time, and: sh join.sh TARGET\n`,
  );
});
