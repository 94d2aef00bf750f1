import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { artifactPath } from '../../scripts/lib/nvidia/artifact.mjs';
import { extractFromCrate } from '../../scripts/lib/nvidia/crate.mjs';
import { ensurePart, plan } from '../../scripts/lib/nvidia/ensure.mjs';
import { chooseParts, filesProblem, nvidiaParts } from '../../scripts/lib/nvidia/parts.mjs';
import { nvidiaPins } from '../../scripts/lib/nvidia/pins.mjs';
import { headerVersion, installedSdk } from '../../scripts/lib/nvidia/sdk.mjs';
import { missingClients, requireClients } from '../../scripts/lib/nvidia/tools.mjs';
import { listFiles, sha256 } from '../../scripts/lib/stamp.mjs';
import { tempFolder } from '../support/temp-folder.js';
import { writeTarball } from './tarball.js';

/** An SDK as NVIDIA's archive lays it out. */
function sdkOf(major: number): string {
  const dir = tempFolder();
  for (const folder of ['include', 'lib']) mkdirSync(path.join(dir, folder));
  for (const file of [
    'include/NvInfer.h',
    'include/NvOnnxParser.h',
    'lib/libnvinfer.so.11',
    'lib/libnvonnxparser.so.11',
  ])
    writeFileSync(path.join(dir, file), '');
  const version = `#define TRT_MAJOR_ENTERPRISE ${major}\n#define TRT_MINOR_ENTERPRISE 3\n#define NV_TENSORRT_MAJOR TRT_MAJOR_ENTERPRISE\n`;
  writeFileSync(path.join(dir, 'include', 'NvInferVersion.h'), version);
  return dir;
}

describe('pins', () => {
  test('every part has a hash of its content, and a version', () => {
    const text = JSON.stringify(nvidiaPins);
    const hashes = [...text.matchAll(/"(?:tree)?[sS]ha256":"(\w*)"|"lib[\w.]+":"(\w*)"/g)].map((m) => m[1] ?? m[2]);
    expect(hashes).toHaveLength(11);
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(new Set(hashes).size).toBe(hashes.length);
    for (const version of text.matchAll(/"version":"([^"]*)"/g)) expect(version[1]).toMatch(/^\d+\.\d/);
  });

  test('no part names a host', () => {
    expect(JSON.stringify(nvidiaPins)).not.toMatch(/https?:|\.(com|io|dev)\//);
  });
});

describe('chooseParts()', () => {
  test('takes all parts, or those that are asked for, each once', () => {
    expect(chooseParts()).toEqual(Object.keys(nvidiaParts));
    expect(chooseParts(['rtxLib', 'cudaInclude', 'rtxLib'])).toEqual(['cudaInclude', 'rtxLib']);
  });

  test('refuses a part that does not exist, and names those that do', () => {
    expect(() => chooseParts(['rtxLibs'])).toThrow(/no part "rtxLibs"; there are: cudaInclude, .*rtxLib/);
  });
});

describe('plan()', () => {
  const everything = () => true;
  const nothing = () => false;

  test('needs the clients of what is not in the cache, each once', () => {
    expect(plan(undefined, null, nothing).clients).toEqual(['cargo', 'mvn', 'java']);
    expect(plan(['tensorrtInclude', 'rtxInclude'], null, nothing).clients).toEqual(['cargo']);
    expect(plan(['cudaInclude', 'rtxLib'], null, nothing).clients).toEqual([]);
    expect(plan(undefined, null, everything).clients).toEqual([]);
  });

  test('takes the headers and libraries of an installed SDK, and fetches the others', () => {
    const sdk = { tensorrtInclude: '/sdk/include', tensorrtLib: '/sdk/lib' };
    const { folders, fetched, clients } = plan(undefined, sdk, nothing);
    expect(folders).toMatchObject({ ...sdk, rtxInclude: nvidiaParts.rtxInclude.dir, rtxLib: nvidiaParts.rtxLib.dir });
    expect(fetched).toEqual(['cudaInclude', 'nvmlInclude', 'rtxInclude', 'rtxLib']);
    expect(clients).toEqual(['cargo']);
  });
});

describe('TENSORRT_ROOT', () => {
  test('is not needed', () => {
    expect(installedSdk({})).toBeNull();
    expect(installedSdk({ TENSORRT_ROOT: '' })).toBeNull();
  });

  test('names an SDK, whose include/ and lib/ are used', () => {
    const dir = sdkOf(11);
    const expected = { tensorrtInclude: path.join(dir, 'include'), tensorrtLib: path.join(dir, 'lib') };
    expect(installedSdk({ TENSORRT_ROOT: dir })).toEqual(expected);
  });

  test('is refused with the files that are missing', () => {
    const dir = sdkOf(11);
    rmSync(path.join(dir, 'lib', 'libnvinfer.so.11'));
    expect(() => installedSdk({ TENSORRT_ROOT: dir })).toThrow('which has no lib/libnvinfer.so.11.');
  });

  test('is refused when it is another TensorRT', () => {
    expect(() => installedSdk({ TENSORRT_ROOT: sdkOf(10) })).toThrow('headers are of TensorRT 10.3; 11 is needed');
  });

  test('headerVersion() says so when there is none', () => {
    expect(headerVersion(tempFolder())).toBe('an unknown version');
  });
});

describe('clients', () => {
  test('requireClients() names what is missing, what for, and what installs it', () => {
    const isThere = (name: string) => name === 'java';
    expect(missingClients(['cargo', 'mvn', 'java'], isThere)).toEqual(['cargo', 'mvn']);
    const message =
      /cargo, which fetches the Rust crate with TensorRT's headers\n.*mvn, which fetches .*\n[\s\S]*Install with/;
    expect(() => requireClients(['cargo', 'mvn', 'java'], isThere)).toThrow(message);
    expect(() => requireClients(['java'], isThere)).not.toThrow();
  });
});

test('artifactPath() is where Maven puts a .jar', () => {
  const artifact = { group: 'a.b', name: 'c', version: '1.2', classifier: 'd' };
  expect(artifactPath(artifact).split(path.sep).join('/')).toBe('a/b/c/1.2/c-1.2-d.jar');
});

test('extractFromCrate() takes one folder, with those below it', async () => {
  const crate = path.join(tempFolder(), 'some-1.0+x.crate');
  writeTarball(crate, [
    { name: 'some-1.0+x/include/a.h', content: 'a' },
    { name: 'some-1.0+x/include/impl/b.h', content: 'b' },
    { name: 'some-1.0+x/include2/c.h', content: 'c' },
    { name: 'some-1.0+x/build.rs', content: 'd' },
  ]);
  const target = path.join(tempFolder(), 'new');
  await extractFromCrate(crate, 'include', target);
  expect(listFiles(target)).toEqual(['a.h', 'impl/b.h']);
});

test('filesProblem() finds a file that is missing, added or altered', () => {
  const dir = tempFolder();
  const file = path.join(dir, 'lib.so');
  writeFileSync(file, 'content');
  const problem = filesProblem({ 'lib.so': sha256(file) });
  expect(problem(dir)).toBeNull();
  writeFileSync(path.join(dir, 'other.so'), '');
  expect(problem(dir)).toBe('has the files (lib.so, other.so), expected (lib.so)');
  rmSync(path.join(dir, 'other.so'));
  writeFileSync(file, 'altered');
  expect(problem(dir)).toBe('has another lib.so than the one that is pinned');
  rmSync(file);
  expect(problem(dir)).toBe('has the files (), expected (lib.so)');
});

describe('ensurePart()', () => {
  /** A part whose content is one file. */
  function partOf(fetched: string[], content = 'as pinned') {
    const dir = path.join(mkdtempSync(path.join(os.tmpdir(), 'node-tensorrt-part-')), 'part');
    return {
      label: 'part',
      dir,
      clients: [],
      isLibrary: false,
      problem: (folder: string) => (listFiles(folder).join() === 'as pinned' ? null : 'is wrong'),
      fetch: async (_: string, __: string, target: string) => {
        fetched.push(target);
        mkdirSync(target);
        writeFileSync(path.join(target, content), '');
      },
    };
  }

  test('fetches once, and again when the cache is damaged', async () => {
    const fetched: string[] = [];
    const part = partOf(fetched);
    expect((await ensurePart('python', part)).fresh).toBe(false);
    expect((await ensurePart('python', part)).fresh).toBe(true);
    writeFileSync(path.join(part.dir, 'added'), '');
    expect((await ensurePart('python', part)).fresh).toBe(false);
    expect(fetched).toHaveLength(2);
    expect(readdirSync(path.dirname(part.dir))).toEqual(['locks', 'part']);
    rmSync(path.dirname(part.dir), { recursive: true });
  });

  test('removes what an interrupted fetch has left, and nothing else', async () => {
    const part = partOf([]);
    const parent = path.dirname(part.dir);
    for (const name of ['part.tmp-abc', 'part-2.tmp-abc', 'other']) mkdirSync(path.join(parent, name));
    await ensurePart('python', part);
    expect(readdirSync(parent).sort()).toEqual(['locks', 'other', 'part', 'part-2.tmp-abc']);
    rmSync(parent, { recursive: true });
  });

  test('refuses what is not as pinned, and leaves nothing of it', async () => {
    const part = partOf([], 'something else');
    await expect(ensurePart('python', part)).rejects.toThrow('What was fetched as part is wrong');
    expect(readdirSync(path.dirname(part.dir))).toEqual(['locks']);
    rmSync(path.dirname(part.dir), { recursive: true });
  });
});
