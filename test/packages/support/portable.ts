// What a prebuilt addon for Linux must be like to load, and to stay loaded, wherever Node.js 20 runs.

import { DF_1_NODELETE, DF_SYMBOLIC, type Elf } from './elf.js';

/** The oldest glibc that Node.js 20 and ONNX Runtime run with. */
export const oldestGlibc = [2, 28] as const;

const entries = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

/** Everything about a library that would stop it; empty for a good one. */
export function problemsOf(elf: Elf): string[] {
  const problems: string[] = [];
  for (const version of elf.versions) {
    const glibc = /^GLIBC_(\d+)\.(\d+)/.exec(version);
    if (glibc) {
      const [major, minor] = [Number(glibc[1]), Number(glibc[2])];
      if (major > oldestGlibc[0] || minor > oldestGlibc[1]) problems.push(`needs ${version}`);
    } else {
      problems.push(`needs ${version}`); // GLIBCXX_, CXXABI_, GCC_: of a C++ runtime that may be too old there
    }
  }
  for (const name of elf.exports) if (!entries.includes(name)) problems.push(`exports ${name}`);
  for (const name of entries) if (!elf.exports.includes(name)) problems.push(`does not export ${name}`);
  if ((elf.flags & DF_SYMBOLIC) === 0) problems.push('is not linked with -Bsymbolic');
  if ((elf.flags1 & DF_1_NODELETE) === 0) problems.push('is not linked with -z nodelete');
  return problems;
}
