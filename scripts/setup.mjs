import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runMain, SetupError } from './lib/errors.mjs';
import { ensureHeaders } from './lib/headers.mjs';
import { withLock } from './lib/lock.mjs';
import { buildAddon } from './lib/native-build.mjs';
import { generateOnnxMessages } from './lib/onnx-schema.mjs';
import { installPackages } from './lib/packages.mjs';
import { checkoutLock } from './lib/paths.mjs';
import { ensurePictures, picturePath } from './lib/pictures.mjs';
import { seconds, showStep } from './lib/progress.mjs';
import { findTools } from './lib/tools.mjs';
import { buildTypeScript } from './lib/ts-build.mjs';

/**
 * @typedef {object} SetupResult
 * @property {import('./lib/tools.mjs').Tools} tools
 * @property {string | null} picture path of the default picture; null when it was not asked for or could not be had
 */

/**
 * Brings the checkout into a state in which the library can be used. What is already done is not done again.
 * @param {{ picture?: boolean }} [options] whether the OCR example's default picture is wanted
 * @returns {Promise<SetupResult>}
 */
export function setup({ picture = true } = {}) {
  const onWait = (/** @type {number} */ owner) =>
    process.stderr.write(`  waiting for process ${owner}, which sets up this checkout\n`);
  return withLock(checkoutLock, () => runSteps(picture), { onWait });
}

/** @param {boolean} wantsPicture @returns {Promise<SetupResult>} */
async function runSteps(wantsPicture) {
  const start = performance.now();
  const count = wantsPicture ? 7 : 6;
  let index = 0;
  const step = (
    /** @type {string} */ name,
    /** @type {() => Promise<import('./lib/progress.mjs').StepResult>} */ work,
  ) => showStep(`${++index}/${count} ${name}`, work);

  /** @type {import('./lib/tools.mjs').Tools | undefined} */
  let tools;
  await step('tools', async () => {
    const found = await findTools();
    tools = found.tools;
    return { fresh: true, note: found.note };
  });
  await step('npm packages', installPackages);
  await step('native headers', () => ensureHeaders());
  const hasPicture =
    wantsPicture && (await tryPicture(() => step('default picture', () => ensurePictures(tools.python))));
  await step('ONNX schema', () => generateOnnxMessages(tools.python));
  await step('native addon', () => buildAddon(tools));
  await step('TypeScript', buildTypeScript);
  process.stderr.write(`  set up in ${seconds(start)}\n`);
  return { tools, picture: hasPicture ? picturePath : null };
}

/** The library does not need the picture, so only a warning comes of its absence. @param {() => Promise<unknown>} work */
async function tryPicture(work) {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    const advice = 'Everything else works without it; give the example a picture of your own: npm start -- picture.png';
    process.stderr.write(`\nThe default picture could not be fetched: ${error.message}\n\n${advice}\n\n`);
    return false;
  }
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await runMain(async () => {
    await setup();
  });
}
