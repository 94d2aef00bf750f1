// npm run prebuilds [-- --target linux-x64,linux-arm64,win32-x64,darwin-arm64]
// Builds the addon for this and for other systems, into the cache, and says where. (Not "prebuild": npm would run that
// before every "build".)
import { parseArgs } from 'node:util';
import { runMain } from './lib/errors.mjs';
import { installPackages } from './lib/packages.mjs';
import { prebuild } from './lib/prebuild/prebuild.mjs';
import { parseTargets } from './lib/prebuild/targets.mjs';
import { showStep } from './lib/progress.mjs';
import { findTools } from './lib/tools.mjs';

await runMain(async () => {
  const { values } = parseArgs({ options: { target: { type: 'string' } } });
  const names = parseTargets(values.target);
  const { tools } = await findTools();
  await installPackages();
  for (const name of names) {
    await showStep(`addon for ${name}`, async () => {
      const { addon, fresh, note } = await prebuild(name, tools.python);
      process.stdout.write(`${addon}\n`);
      return { fresh, note };
    });
  }
});
