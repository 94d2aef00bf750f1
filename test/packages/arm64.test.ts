// linux-arm64 on another processor: qemu-user, with arm64's C library where Debian puts it for cross compilers.

import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fetchNode } from '../../scripts/lib/node-programs.mjs';
import { isOnPath } from '../../scripts/lib/platform.mjs';
import { rightAnswer, rightErrors, writeModels } from './support/models.js';
import { fixture, installedProject, runProgram } from './support/packages.js';

const libraries = '/usr/aarch64-linux-gnu/lib';
const canEmulate = isOnPath('qemu-aarch64') && existsSync(join(libraries, 'libstdc++.so.6'));

/** What ONNX Runtime reads at its start. The emulator shows the file of the real processor, and it crashes on that. */
const cpuInfo = `processor\t: 0
BogoMIPS\t: 50.00
Features\t: fp asimd evtstrm aes pmull sha1 sha2 crc32 cpuid
CPU implementer\t: 0x41
CPU architecture: 8
CPU variant\t: 0x0
CPU part\t: 0xd08
CPU revision\t: 3
`;

describe.skipIf(!canEmulate)(
  'the package for linux-arm64, under an emulator (qemu-user, libstdc++6-arm64-cross)',
  () => {
    let project: string;
    let command: string[];
    beforeAll(async () => {
      // npm refuses a package for another processor, as it should.
      project = await installedProject(['node-tensorrt', 'linux-arm64'], ['--force']);
      for (const name of ['use.mjs', 'exceptions.mjs']) cpSync(fixture(name), join(project, name));
      writeModels(project);
      const system = join(dirname(project), 'system');
      mkdirSync(join(system, 'proc'), { recursive: true });
      symlinkSync(libraries, join(system, 'lib'));
      writeFileSync(join(system, 'proc', 'cpuinfo'), cpuInfo);
      command = ['qemu-aarch64', '-cpu', 'cortex-a72', '-L', system, await fetchNode('20', 'linux-arm64')];
    });
    afterAll(() => rmSync(dirname(project), { recursive: true, force: true }));

    test.each([
      ['loads a model and runs it', 'use.mjs', rightAnswer],
      ['gives bad models and exhausted memory as errors with codes', 'exceptions.mjs', rightErrors],
    ])('%s', async (_, file, answer) => {
      const { code, signal, stdout, stderr } = await runProgram([...command, file], { cwd: project });
      expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
      expect(JSON.parse(stdout)).toEqual(answer);
    });
  },
);
