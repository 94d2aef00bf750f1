import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { breaches, type Layers, readSources } from './support/layers.js';

/**
 * What each layer of native/ may include beside itself (design.md, "Layers"). An #include names its file from native/;
 * one in angle brackets is checked against `libraries`.
 */
const native: Layers = {
  layerOf: (file) =>
    /^(backends\/tensorrt\/module)\/\w+_api\.h|^(backends\/\w+)\/|^(\w+)\//.exec(file)?.slice(1).find(Boolean),
  mayUse: {
    core: [],
    memory: ['core'],
    cuda: ['core', 'memory'],
    model: ['core'],
    backends: ['core', 'memory', 'model'],
    'backends/cpu': ['core', 'memory', 'model', 'backends'],
    'backends/tensorrt': ['core', 'cuda', 'memory', 'model', 'backends', 'backends/tensorrt/module'],
    // The borders of the modules, in C.
    'backends/tensorrt/module': [],
    // The program that opens them.
    builder: ['core', 'backends/tensorrt/module'],
    runtime: ['core', 'memory', 'model', 'backends'],
    binding: ['core', 'memory', 'model', 'backends', 'runtime'],
  },
  // The one place that knows which backends there are.
  exceptions: {
    'backends/registry.cc': ['backends/cpu', 'backends/tensorrt'],
    // Says which libraries there are; loads none into this process.
    'binding/libraries.cc': ['backends/tensorrt'],
  },
  libraries: [
    { name: /^(napi\.h|node.*\.h|js_native_api.*|v8.*|uv\.h)$/, only: ['binding'] },
    { name: /onnxruntime.*\.h$/, only: ['backends/cpu'] },
    { name: /^(cuda.*|nvml)\.h$/, only: ['cuda'] },
    { name: /^Nv\w+\.h$/, only: ['backends/tensorrt'] },
  ],
};

/** lib/: `errors`, `options` and `near-names` serve all; `devices` is a public noun above `engine`. */
const lib: Layers = {
  layerOf: (file) => (file.includes('/') ? file.split('/')[0] : file.replace(/\.c?ts$/, '')),
  mayUse: {
    errors: [],
    // What somebody may have meant by a name.
    'near-names': [],
    options: ['errors', 'near-names'],
    // Files, for whoever may run in a worker that is terminated.
    'callback-fs': [],
    tensor: ['errors', 'options'],
    native: ['errors', 'options', 'tensor'],
    // HTML that is complete in itself.
    page: [],
    memory: ['errors', 'options', 'tensor', 'native', 'page'],
    // Model files and graphs. What runs models is handed to it.
    onnx: ['errors', 'options', 'near-names', 'tensor', 'native'],
    // Files of built plans: what is in them, and whom they are trusted for.
    plan: ['errors', 'options', 'tensor', 'onnx'],
    // What is kept between processes.
    cache: ['errors', 'options', 'onnx', 'plan'],
    // The system's programs, GPUs and libraries.
    machine: ['errors'],
    // Has NVIDIA's builder build plans, in a process of its own. What runs models is handed to it.
    builder: ['errors', 'options', 'tensor', 'native', 'machine', 'onnx', 'plan', 'cache'],
    engine: ['errors', 'options', 'callback-fs', 'tensor', 'native', 'machine', 'onnx', 'plan', 'cache', 'builder'],
    build: ['errors', 'options', 'tensor', 'onnx', 'plan', 'builder', 'engine'],
    models: ['errors', 'options', 'tensor', 'native', 'engine', 'memory'],
    devices: ['errors', 'options', 'engine'],
    // What this machine has of all that the library depends on.
    doctor: ['errors', 'options', 'native', 'memory', 'machine', 'builder', 'onnx', 'cache', 'engine', 'models'],
    pipeline: ['errors', 'options', 'tensor', 'engine'],
    // The entry node-tensorrt/onnx: the graph tools, with engines to run models; what plans say; how bytes are written.
    toolkit: ['errors', 'options', 'tensor', 'native', 'engine', 'onnx', 'page', 'plan', 'cache', 'memory'],
    // The public API only, how bytes are written, and what a mistyped name may mean.
    cli: ['index', 'toolkit', 'memory', 'near-names'],
    index: [
      'errors',
      'options',
      'tensor',
      'native',
      'memory',
      'engine',
      'models',
      'devices',
      'doctor',
      'pipeline',
      'plan',
      'cache',
      'machine',
      'builder',
      'build',
    ],
  },
  exceptions: {},
  libraries: [
    { name: /^sharp$/, only: ['toolkit'] },
    { name: /^@bufbuild\/protobuf/, only: ['onnx'] },
    { name: /^(?!node:)/, only: ['native'] },
  ],
};

const folder = (name: string) => fileURLToPath(new URL(`../${name}`, import.meta.url));
const nativeSources = readSources(folder('native'), /\.(h|cc)$/, (file) => !file.startsWith('test/'));
const libSources = readSources(folder('lib'), /\.c?ts$/, () => true);

describe('native/', () => {
  test('includes only what is in lower layers', () => {
    expect(nativeSources.size).toBeGreaterThan(30);
    expect(breaches(native, nativeSources)).toEqual([]);
  });

  test.each([
    ['core/shape.cc', '#include "memory/pools.h"'],
    ['memory/pools.cc', '#include "model/file_map.h"'],
    ['model/file_map.cc', '#include "memory/pools.h"'],
    ['model/file_map.cc', '#  include "runtime/engine.h"'],
    ['backends/cpu/cpu_model.cc', '#include "backends/tensorrt/engine.h"'],
    ['backends/tensorrt/engine.cc', '#include "backends/cpu/cpu_model.h"'],
    ['backends/backend.h', '#include "backends/cpu/cpu_model.h"'],
    ['runtime/engine.cc', '#include "binding/mailbox.h"'],
    ['runtime/engine.cc', '#include <napi.h>'],
    ['core/error.h', '#include <node_api.h>'],
    ['memory/pools.cc', '#include <cuda.h>'],
    ['memory/pools.cc', '#include "cuda/stream.h"'],
    ['cuda/device_source.cc', '#include "runtime/engine.h"'],
    ['runtime/engine.h', '#include <onnxruntime_c_api.h>'],
    ['builder/main.cc', '#include "backends/tensorrt/builder/build.h"'],
    ['builder/main.cc', '#include "model/file_map.h"'],
    ['builder/main.cc', '#include <NvInfer.h>'],
    ['cuda/device_source.cc', '#include <NvInfer.h>'],
    ['backends/tensorrt/builder/build.cc', '#include "builder/platform.h"'],
    ['backends/tensorrt/builder/build.cc', '#include <cuda.h>'],
    ['core/json.h', '#include "backends/tensorrt/module/module_api.h"'],
    ['elsewhere/thing.cc', '#include "core/error.h"'],
  ])('a breach is found: %s has %s', (file, line) => {
    expect(breaches(native, new Map([[file, `// first\n${line}\n`]]))).toEqual([expect.stringContaining(`${file}:2`)]);
  });
});

describe('lib/', () => {
  test('imports only what is in lower layers', () => {
    expect(libSources.size).toBeGreaterThan(15);
    expect(breaches(lib, libSources)).toEqual([]);
  });

  test.each([
    ['errors.ts', "import { x } from './options.js';"],
    ['tensor/shape.ts', "import { x } from '../native/port.js';"],
    ['native/port.ts', "import type { Engine } from '../engine/engine.js';"],
    ['engine/load.ts', "import { memory } from '../memory/memory.js';"],
    ['engine/load.ts', "import { Engine } from '../index.js';"],
    ['memory/memory.ts', "export { x } from '../engine/engine.js';"],
    ['memory/memory.ts', "const x = await import('../engine/engine.js');"],
    ['engine/load.ts', "import { Pipeline } from '../pipeline/pipeline.js';"],
    ['pipeline/stage.ts', "import { getPort } from '../native/port.js';"],
    ['onnx/numeric/convert.ts', "import { Engine } from '../../engine/engine.js';"],
    ['engine/load.ts', "import fastify from 'fastify';"],
    ['engine/load.ts', "const sharp = await import('sharp');"],
    ['engine/load.ts', "import { readNpz } from '../toolkit/samples/npz.js';"],
    ['onnx/graph.ts', "import { Engine } from '../engine/engine.js';"],
    ['plan/read.ts', "import { findPlan } from '../cache/find-plan.js';"],
    ['cache/find-plan.ts', "import { Engine } from '../engine/engine.js';"],
    ['onnx/graph.ts', "import { readNpz } from '../toolkit/samples/npz.js';"],
    ['toolkit/samples/images.ts', "import { Engine } from '../../index.js';"],
    ['toolkit/samples/images.ts', "import yauzl from 'yauzl';"],
    ['index.ts', "export { readNpz } from './toolkit/samples/npz.js';"],
    ['index.ts', "export * from './elsewhere.js';"],
  ])('a breach is found: %s has %s', (file, line) => {
    expect(breaches(lib, new Map([[file, `// first\n${line}\n`]]))).toEqual([expect.stringContaining(`${file}:2`)]);
  });

  test('what goes down is none', () => {
    const lines =
      "import { x } from '../errors.js';\nimport { y } from './other.js';\nimport { join } from 'node:path';";
    expect(breaches(lib, new Map([['engine/load.ts', lines]]))).toEqual([]);
  });
});
