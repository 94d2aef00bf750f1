// What packages have to build and run engines: it starts where a user installs it, and says what of NVIDIA's is missing.

import { existsSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readElf } from './support/elf.js';
import { writeModels } from './support/models.js';
import { installedProject, packagesDir, runProgram } from './support/packages.js';
import { problemsOf } from './support/portable.js';

const files = ['node-tensorrt-builder', 'node-tensorrt-backend-tensorrt.so', 'node-tensorrt-backend-tensorrt-rtx.so'];
const hasFiles = (name: string) => existsSync(join(packagesDir, name, 'node-tensorrt-builder'));

// Without NVIDIA's headers packages are made without them, which the stage reports by name.
describe.each(['linux-x64', 'linux-arm64'].filter(hasFiles))('what %s has for GPUs', (name) => {
  test.each(files)('%s needs no newer glibc than Node.js itself, and the C library only', (file) => {
    const elf = readElf(join(packagesDir, name, file));
    const portable = problemsOf(elf).filter((problem) => problem.startsWith('needs '));
    expect(portable).toEqual([]);
    const known = /^(libc\.so\.6|libm\.so\.6|libdl\.so\.2|libpthread\.so\.0|ld-linux-(x86-64\.so\.2|aarch64\.so\.1))$/;
    expect(elf.libraries.filter((library) => !known.test(library))).toEqual([]);
  });

  test.each(files.slice(1))('%s shows its entry and nothing of the C++ runtime', (file) => {
    expect(readElf(join(packagesDir, name, file)).exports).toEqual(['node_tensorrt_module']);
  });
});

describe.runIf(hasFiles('linux-x64'))('installed from the tarballs', () => {
  let project: string;
  beforeAll(async () => {
    project = await installedProject(['node-tensorrt', 'linux-x64']);
    writeModels(project);
  });
  afterAll(() => rmSync(dirname(project), { recursive: true, force: true }));

  test('build says which library it looks for', async () => {
    const cli = join('node_modules', '.bin', 'node-tensorrt');
    const args = [process.execPath, cli, 'build', 'model.onnx', '-o', 'out.plan', '--target', 'sm86', '--no-cache'];
    const { code, stderr } = await runProgram(args, { cwd: project });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^BACKEND_UNAVAILABLE: TensorRT-RTX is not there: .*libtensorrt_rtx\.so\.1/m);
  });
});
