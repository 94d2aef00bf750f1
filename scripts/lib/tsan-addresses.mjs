import path from 'node:path';
import { buildDir } from './cmake.mjs';
import { fixedAddresses } from './platform.mjs';
import { run } from './run.mjs';

/**
 * ThreadSanitizer of GCC before 14 knows fixed address ranges, and gives up at once where the system spreads
 * addresses wider (vm.mmap_rnd_bits over 28): there the tests run without that.
 * @param {import('./cmake.mjs').Preset} preset
 * @param {string} program of native/test that reports nothing
 */
export async function addressesForTsan(preset, program) {
  const clean = path.join(buildDir(preset), 'native', 'test', ...program.split('/'));
  for (let attempt = 0; attempt < 5; attempt++) {
    const { output } = await run(clean, []);
    if (output.includes('unexpected memory mapping')) return fixedAddresses;
  }
  return [];
}
