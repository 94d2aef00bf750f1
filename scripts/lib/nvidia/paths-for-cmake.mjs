// node paths-for-cmake.mjs PART …: prints the folders of these parts for CMake, with ';' between, and fetches them first
// when they are missing.
import { runMain } from '../errors.mjs';
import { ensureNvidia } from './ensure.mjs';
import { chooseParts } from './parts.mjs';

await runMain(async () => {
  const asked = process.argv.slice(2);
  const folders = await ensureNvidia({ parts: chooseParts(asked) });
  process.stdout.write(asked.map((name) => folders[name].replaceAll('\\', '/')).join(';'));
});
