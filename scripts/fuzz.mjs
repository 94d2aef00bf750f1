// npm run fuzz [-- --runs 1000000] [--seed 1] [--keep]
// Fuzzes what reads untrusted files (native/test/fuzz) with libFuzzer under AddressSanitizer and UndefinedBehaviorSanitizer.
// First a target with a bug that was put in, which must be found. --keep adds what reached new code to native/test/fuzz/corpus,
// which the C++ tests replay.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from './lib/errors.mjs';
import { headersDir } from './lib/headers.mjs';
import { root } from './lib/paths.mjs';
import { isOnPath } from './lib/platform.mjs';
import { run, runAttached, runOrFail } from './lib/run.mjs';
import { ensureToolchain } from './lib/toolchain.mjs';
import { setup } from './setup.mjs';

const buildDir = path.join(root, 'build-fuzz');
const corpusDir = path.join(root, 'native', 'test', 'fuzz', 'corpus');
/** The longest input of each; longer ones find nothing that shorter ones do not, and take longer. */
const targets = { scan: 2048, location: 128, pool: 4000 };
const SEEDED_RUNS = 3_000_000;

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '1000000' },
      seed: { type: 'string', default: '1' },
      keep: { type: 'boolean', default: false },
    },
  });
  const { tools } = await setup({ picture: false });
  await build(tools.python);
  const dir = mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-fuzz-'));
  try {
    if (!(await findsSeededBug(dir))) return 1;
    for (const [target, maxBytes] of Object.entries(targets)) {
      process.stdout.write(`\n── ${target}: ${values.runs} runs ──\n`);
      const found = path.join(dir, target);
      mkdirSync(found);
      const args = [
        `-seed=${values.seed}`,
        `-runs=${values.runs}`,
        `-max_len=${maxBytes}`,
        // AddressSanitizer keeps an eighth of every address beside it, also of the gigabytes that an arena reserves.
        '-rss_limit_mb=12000',
        `-artifact_prefix=${root}/`,
      ];
      const code = await runAttached(fuzzer(target), [...args, '-verbosity=1', found, path.join(corpusDir, target)]);
      if (code !== 0) return 1;
      if (values.keep) await keep(target, found, dir);
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return 0;
});

/** @param {string} name */
function fuzzer(name) {
  return path.join(buildDir, 'native', 'test', 'fuzz', `fuzz_${name}`);
}

/** @param {string} python */
async function build(python) {
  const candidates = ['clang++', ...Array.from({ length: 10 }, (_, i) => `clang++-${22 - i}`)];
  const clang = candidates.find((name) => isOnPath(name));
  if (!clang) {
    throw new SetupError(
      'Fuzzing needs clang with libFuzzer (Debian, Ubuntu: apt-get install clang libclang-rt-14-dev).',
    );
  }
  const { cmake, ninja } = await ensureToolchain(python);
  const defines = [
    `-DCMAKE_CXX_COMPILER=${clang}`,
    `-DCMAKE_MAKE_PROGRAM=${ninja}`,
    `-DONNXRUNTIME_INCLUDE=${headersDir}`,
  ];
  await runOrFail('cmake --preset fuzz', cmake, ['--preset', 'fuzz', '-S', root, ...defines], { cwd: root });
  const names = [...Object.keys(targets), 'scan_seeded'].map((name) => `fuzz_${name}`);
  const code = await runAttached(cmake, ['--build', buildDir, '--target', ...names]);
  if (code !== 0) throw new SetupError('The fuzzers could not be built.');
}

/** @param {string} dir */
async function findsSeededBug(dir) {
  const found = path.join(dir, 'seeded');
  mkdirSync(found);
  const args = [
    '-seed=2',
    `-runs=${SEEDED_RUNS}`,
    `-max_len=${targets.scan}`,
    '-verbosity=0',
    `-artifact_prefix=${found}/`,
  ];
  const { output } = await run(fuzzer('scan_seeded'), [...args, found, path.join(corpusDir, 'scan')]);
  const isFound = output.includes('AddressSanitizer: heap-buffer-overflow');
  process.stdout.write(
    isFound ? 'The seeded bug was found.\n' : `The seeded bug was NOT found:\n${output.slice(-2000)}\n`,
  );
  return isFound;
}

/** The smallest set of old and new inputs that reaches everything. @param {string} target @param {string} found @param {string} dir */
async function keep(target, found, dir) {
  const kept = path.join(corpusDir, target);
  const merged = path.join(dir, `${target}-merged`);
  mkdirSync(merged);
  await runOrFail('libFuzzer -merge', fuzzer(target), ['-merge=1', merged, kept, found]);
  const fresh = readdirSync(merged).filter((name) => !existsSync(path.join(kept, name)));
  await runOrFail('libFuzzer -merge', fuzzer(target), ['-merge=1', kept, merged]);
  process.stdout.write(`${target}: ${readdirSync(kept).length} inputs kept (${fresh.length} were looked at)\n`);
}
