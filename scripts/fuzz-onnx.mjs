// npm run fuzz:onnx [-- --runs N --seed S --files]: reads mutated ONNX models. Each must be read, or refused as MODEL_INVALID,
// within a second. With --files they lie in a folder, and refer to external data by mutated locations: under
// `strace -f -e trace=openat,open,readlink` nothing outside of that folder and the library may be opened.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { runMain, SetupError } from './lib/errors.mjs';
import { ensureOnnxCases, onnxCasesDir } from './lib/onnx-cases.mjs';
import { root } from './lib/paths.mjs';
import { listFiles } from './lib/stamp.mjs';
import { findTools } from './lib/tools.mjs';

const LIMIT_MS = 1000;
/** The first is there. */
const LOCATIONS = ['weights.bin', 'a/../weights.bin', '../../etc/passwd', '/etc/passwd', '/proc/self/environ', 'a/b'];

await runMain(async () => {
  const { values } = parseArgs({
    options: {
      runs: { type: 'string', default: '100000' },
      seed: { type: 'string', default: '1' },
      files: { type: 'boolean', default: false },
    },
  });
  await ensureOnnxCases((await findTools()).tools.python);
  const library = path.join(root, 'dist', 'esm', 'onnx');
  const { readModel } = await import(`${library}/file/read-model.js`);
  const { serializeModel } = await import(`${library}/file/write-model.js`);
  const externals = LOCATIONS.map(externalModel);
  const seeds = [...(await seedModels()), ...externals];
  const random = randomNumbers(Number(values.seed));
  const folder = mkdtempSync(path.join(tmpdir(), 'fuzz-onnx-'));
  const file = path.join(folder, 'model.onnx');
  writeFileSync(path.join(folder, 'weights.bin'), new Uint8Array(4096));
  process.stdout.write(`models in ${folder}\n`);
  const count = new Map();
  let slowest = 0;
  try {
    for (let run = 0; run < Number(values.runs); run++) {
      // With files most are of those that refer to others.
      const bytes = mutated(values.files && random(8) > 0 ? externals : seeds, random);
      if (values.files) writeFileSync(file, bytes);
      const start = performance.now();
      const outcome = await tryModel(values.files ? file : bytes, readModel, serializeModel);
      const ms = performance.now() - start;
      slowest = Math.max(slowest, ms);
      if (!outcome.fine || ms > LIMIT_MS) {
        const kept = path.join(root, 'build', `fuzz-onnx-${values.seed}-${run}.onnx`);
        writeFileSync(kept, bytes);
        throw new SetupError(
          `run ${run} of seed ${values.seed}: ${outcome.what}, after ${ms.toFixed(0)} ms; kept as ${kept}`,
        );
      }
      count.set(outcome.what, (count.get(outcome.what) ?? 0) + 1);
      if ((run + 1) % 100_000 === 0) process.stdout.write(`${run + 1} models, slowest ${slowest.toFixed(0)} ms\n`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  for (const [what, times] of [...count].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`${String(times).padStart(9)}  ${what}\n`);
  process.stdout.write(`slowest ${slowest.toFixed(0)} ms\n`);
});

async function tryModel(source, readModel, serializeModel) {
  try {
    await serializeModel(await readModel(source));
    return { fine: true, what: 'read' };
  } catch (error) {
    const fine = error?.name === 'NodeTensorRTError' && ['MODEL_INVALID', 'UNSUPPORTED'].includes(error.code);
    return { fine, what: fine ? error.details.reason : String(error?.stack ?? error) };
  }
}

/** Operator cases, each small. */
async function seedModels() {
  const files = listFiles(onnxCasesDir, (name) => name.endsWith('.onnx'));
  const models = await Promise.all(files.map((name) => readFile(path.join(onnxCasesDir, name))));
  return models.filter(({ length }) => length < 20_000);
}

/** y = x + w, with w in a file: protobuf by hand, as small as it can be. @param {string} location */
function externalModel(location) {
  const field = (number, content) => [number * 8 + 2, content.length, ...content];
  const text = (number, value) => field(number, [...Buffer.from(value)]);
  const entry = (key, value) => field(13, [...text(1, key), ...text(2, value)]);
  const tensor = [8, 4, 16, 1, ...text(8, 'w'), ...entry('location', location), ...entry('offset', '0'), 14 * 8, 1];
  const graph = [
    ...field(1, [...text(1, 'x'), ...text(1, 'w'), ...text(2, 'y'), ...text(4, 'Add')]),
    ...field(5, tensor),
    ...field(11, text(1, 'x')),
    ...field(12, text(1, 'y')),
  ];
  return Uint8Array.from([8, 8, ...field(7, graph), ...field(8, [16, 17])]);
}

/** A seed with a few changes of the kinds that damage and attackers make. */
function mutated(seeds, random) {
  let bytes = Buffer.from(seeds[random(seeds.length)]);
  for (let changes = 1 + random(4); changes > 0 && bytes.length > 0; changes--) {
    const at = random(bytes.length);
    switch (random(7)) {
      case 0:
        bytes[at] = random(256);
        break;
      case 1:
        bytes[at] ^= 1 << random(8);
        break;
      case 2:
        bytes = bytes.subarray(0, at);
        break;
      case 3: {
        const length = Math.min(random(64), bytes.length - at);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + length)]);
        break;
      }
      case 4: {
        const from = random(bytes.length);
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(from, from + random(200)), bytes.subarray(at)]);
        break;
      }
      case 5: {
        const other = seeds[random(seeds.length)];
        const from = random(other.length);
        bytes = Buffer.concat([bytes.subarray(0, at), other.subarray(from, from + random(300)), bytes.subarray(at)]);
        break;
      }
      default:
        // A length or number that is as large as it can be.
        bytes = Buffer.concat([
          bytes.subarray(0, at),
          Buffer.alloc(1 + random(9), 0xff),
          Buffer.from([random(128)]),
          bytes.subarray(at + 1),
        ]);
    }
  }
  return bytes;
}

/** Whole numbers below `below`: the same for the same seed. */
function randomNumbers(seed) {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}
