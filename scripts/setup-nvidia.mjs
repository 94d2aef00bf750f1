// npm run setup:nvidia [-- part …]: fetches NVIDIA's headers and libraries, and prints where each part is.
import { runMain } from './lib/errors.mjs';
import { ensureNvidia } from './lib/nvidia/ensure.mjs';
import { chooseParts } from './lib/nvidia/parts.mjs';
import { seconds } from './lib/progress.mjs';

await runMain(async () => {
  const start = performance.now();
  const asked = process.argv.slice(2);
  const folders = await ensureNvidia({ parts: chooseParts(asked.length > 0 ? asked : undefined) });
  process.stderr.write(`  set up in ${seconds(start)}\n`);
  for (const [name, folder] of Object.entries(folders)) process.stdout.write(`${name.padEnd(16)} ${folder}\n`);
});
