// npm run pack:all [-- --target linux-x64,…]
// Makes the tarballs of the main package and of the platform packages, in build-packages/tarballs.
import { parseArgs } from 'node:util';
import { runMain } from './lib/errors.mjs';
import { checkSizes, packAll, sizeTable } from './lib/packaging/pack.mjs';
import { parseTargets } from './lib/prebuild/targets.mjs';
import { showStep } from './lib/progress.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  const names = parseTargets(values.target);
  const { tools } = await setup({ picture: false });
  const packages = await packAll(names, tools.python, showStep);
  process.stdout.write(`${sizeTable(packages)}\n${packages.map(({ tarball }) => tarball).join('\n')}\n`);
  checkSizes(packages);
});
