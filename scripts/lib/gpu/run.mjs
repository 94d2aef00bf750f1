import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../errors.mjs';
import { onnxruntimeLibrary } from '../paths.mjs';
import { run, tail } from '../run.mjs';
import { addonItem } from './items.mjs';

/**
 * @typedef {{ item: string, result: 'passed' | 'failed' | 'skipped', detail: string, seconds: number }} ItemResult
 * @typedef {{ standin: boolean, gpu: string, uuid: string, computeCapability: string, memoryBytes: number, driver: string, cuda: string }} GpuMachine
 * @typedef {{ machine: GpuMachine | null, results: ItemResult[], problem: string }} Acceptance
 *   `machine` is null where there is no GPU; `problem` then says what was looked for
 */

/**
 * Runs gpu_acceptance. Every item that it has gets a result, also when it ends or hangs on the way.
 * @param {import('./programs.mjs').GpuPrograms} programs
 * @param {object} [how]
 * @param {boolean} [how.standins] on the stand-ins instead of NVIDIA's driver
 * @param {readonly string[]} [how.items] these only
 * @param {NodeJS.ProcessEnv} [how.env] added to the environment
 * @param {number} [how.timeoutMs]
 * @param {(result: ItemResult) => void} [how.onResult]
 * @returns {Promise<Acceptance>}
 */
export async function runAcceptance(
  programs,
  { standins = false, items = [], env = {}, timeoutMs = 480_000, onResult = () => {} } = {},
) {
  const expected = items.length > 0 ? items : await listItems(programs);
  /** @type {Acceptance} */
  const acceptance = { machine: null, results: [], problem: '' };
  const add = (/** @type {ItemResult} */ result) => {
    acceptance.results.push(result);
    onResult(result);
  };
  const args = ['--models', programs.models, ...items.flatMap((item) => ['--item', item])];
  const options = { env: { ...process.env, ...libraryPaths(programs, standins), ...env }, timeoutMs };
  const { end, errors } = await runLines(programs.acceptance, args, options, (line) => {
    const { machine, ...result } = JSON.parse(line);
    if (machine) acceptance.machine = machine;
    else add(result);
  });
  acceptance.problem = tail(errors, 20);
  if (acceptance.machine === null) return acceptance;
  let reason = `the program ${end}${acceptance.problem && `: ${acceptance.problem}`}`;
  for (const item of expected.slice(acceptance.results.length)) {
    add({ item, result: 'failed', detail: reason, seconds: 0 });
    reason = 'not tried: the program had ended';
  }
  return acceptance;
}

/**
 * The addon on the processor, in a process of its own.
 * @param {import('./programs.mjs').GpuPrograms} programs
 * @returns {Promise<ItemResult>}
 */
export async function runAddonItem({ models }) {
  const start = performance.now();
  const script = fileURLToPath(new URL('./addon-check.mjs', import.meta.url));
  const { code, output } = await run(process.execPath, [script, models]);
  const seconds = (performance.now() - start) / 1000;
  return { item: addonItem, result: code === 0 ? 'passed' : 'failed', detail: tail(output, 20), seconds };
}

/** The items that the program has. @param {import('./programs.mjs').GpuPrograms} programs */
export async function listItems({ acceptance }) {
  const { code, stdout, output } = await run(acceptance, ['--list']);
  if (code !== 0) throw new SetupError(`${acceptance} does not run:\n\n${tail(output, 20)}`);
  return stdout.trim().split('\n');
}

/**
 * Where the libraries are: the product's own variables.
 * @param {import('./programs.mjs').GpuPrograms} programs @param {boolean} useStandins
 */
function libraryPaths({ standins, tensorrtLib }, useStandins) {
  const tensorrt = tensorrtLib ? { NODE_TENSORRT_LIBRARY_PATH: tensorrtLib } : {};
  if (!useStandins) return tensorrt;
  return {
    NODE_TENSORRT_CUDA_LIBRARY: path.join(standins, 'libcuda.so.1'),
    NODE_TENSORRT_NVML_LIBRARY: path.join(standins, 'libnvidia-ml.so.1'),
    // A kit has none for TensorRT.
    ...(existsSync(path.join(standins, 'libnvinfer.so.11'))
      ? { NODE_TENSORRT_LIBRARY_PATH: standins, NODE_TENSORRT_ONNXRUNTIME: onnxruntimeLibrary() ?? '' }
      : tensorrt),
  };
}

/**
 * Runs a program and hands on each line of its output as it comes.
 * @param {string} program @param {string[]} args @param {{ env: NodeJS.ProcessEnv, timeoutMs: number }} options
 * @param {(line: string) => void} onLine
 * @returns {Promise<{ end: string, errors: string }>} how it ended, and what it said on stderr
 */
function runLines(program, args, { env, timeoutMs }, onLine) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let isLate = false;
    // A thread that hangs in a driver may not mind a SIGTERM.
    const timer = setTimeout(() => {
      isLate = true;
      child.kill('SIGKILL');
    }, timeoutMs);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    createInterface({ input: child.stdout }).on('line', onLine);
    child.on('error', (error) => reject(new SetupError(`Cannot run ${program}: ${error.message}`)));
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const how = signal ? `was ended by ${signal}` : `ended with status ${code}`;
      resolve({ end: isLate ? `did not end within ${timeoutMs / 1000} s` : how, errors });
    });
  });
}
