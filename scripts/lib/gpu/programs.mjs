import { existsSync } from 'node:fs';
import path from 'node:path';
import { buildDir } from '../cmake.mjs';
import { root } from '../paths.mjs';

/**
 * @typedef {object} GpuPrograms
 * @property {string} acceptance the program
 * @property {string} standins folder of the stand-ins for the driver and for NVML
 * @property {string} models folder of the perceptron, its inputs and the results that are expected
 * @property {string | null} tensorrtLib folder of TensorRT's libraries; null: wherever the loader finds them
 */

/** The file that says that this is an unpacked kit, and no checkout: nothing can be built or fetched. */
export const kitFile = path.join(root, 'gpu-kit.json');

/** What is tried with where it lies in a kit. @param {string} kit @returns {GpuPrograms} */
export function kitPrograms(kit) {
  const dir = path.join(kit, 'gpu');
  return {
    acceptance: path.join(dir, 'gpu_acceptance'),
    standins: path.join(dir, 'standins'),
    models: path.join(dir, 'models'),
    tensorrtLib: path.join(dir, 'tensorrt'),
  };
}

/** Whether this is a kit. */
export function isKit() {
  return existsSync(kitFile);
}

/** The same where compileWithNvidia() puts it. @param {string | null} tensorrtLib @returns {GpuPrograms} */
export function builtPrograms(tensorrtLib) {
  const dir = buildDir('nvidia');
  return {
    acceptance: path.join(dir, 'native', 'test', 'gpu', 'gpu_acceptance'),
    standins: path.join(dir, 'standins'),
    models: path.join(dir, 'models'),
    tensorrtLib,
  };
}
