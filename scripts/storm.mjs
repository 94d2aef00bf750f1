// node scripts/storm.mjs [REQUESTS]: test/process/storm.test.ts with a million requests, or as many as are asked for, and
// model-cache-storm.test.ts with 1000 of each of eight threads.
import { runMain, SetupError } from './lib/errors.mjs';
import { programs, root } from './lib/paths.mjs';
import { run } from './lib/run.mjs';
import { setup } from './setup.mjs';

await runMain(async () => {
  const requests = Number(process.argv[2] ?? 1_000_000);
  if (!Number.isInteger(requests) || requests < 1000)
    throw new SetupError('Use: npm run test:storm [-- REQUESTS], from 1000');
  await setup({ picture: false });
  const files = ['test/process/storm.test.ts', 'test/process/model-cache-storm.test.ts'];
  const { code, output } = await run(process.execPath, [programs.vitest, 'run', ...files], {
    cwd: root,
    env: { ...process.env, NODE_TENSORRT_TEST_STORM: String(requests), NODE_TENSORRT_TEST_MODEL_STORM: '1000' },
  });
  process.stdout.write(output);
  return code === 0 ? 0 : 1;
});
