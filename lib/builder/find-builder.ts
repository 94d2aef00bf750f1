import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { NodeTensorRTError } from '../errors.js';
import { packageRoot } from '../native/root.cjs';
import type { Backend } from './backend.js';

/** The program that builds, and the module that it opens for a flavour. */
export interface BuilderFiles {
  readonly program: string;
  readonly module: string;
}

const PROGRAM = process.platform === 'win32' ? 'node-tensorrt-builder.exe' : 'node-tensorrt-builder';
const SUFFIX = process.platform === 'win32' ? 'dll' : process.platform === 'darwin' ? 'dylib' : 'so';

/** Their folders, in the order in which they are tried. */
function* folders(env: NodeJS.ProcessEnv): Generator<string> {
  const given = env['NODE_TENSORRT_BUILDER_PATH'];
  if (given) {
    // What it names is not passed over for another one.
    yield given;
    return;
  }
  yield join(packageRoot, 'build-nvidia', 'gpu');
  const platform = `${process.platform}-${process.arch}`;
  try {
    yield dirname(createRequire(join(packageRoot, 'package.json')).resolve(`@node-tensorrt/${platform}/package.json`));
  } catch {
    // The package of this platform is not installed.
  }
}

/** Where the builder of a flavour is. Throws BACKEND_UNAVAILABLE with the places that were tried. */
export function findBuilder(backend: Backend, env: NodeJS.ProcessEnv = process.env): BuilderFiles {
  const tried: string[] = [];
  for (const folder of folders(env)) {
    const program = join(folder, PROGRAM);
    const module = join(folder, `node-tensorrt-backend-${backend}.${SUFFIX}`);
    const missing = [program, module].filter((file) => !existsSync(file));
    if (missing.length === 0) return { program, module };
    tried.push(...missing.map((file) => `${file} does not exist`));
  }
  const platform = `${process.platform}-${process.arch}`;
  const text = `The builder for ${backend} was not found on ${platform}: ${tried.join('; ') || `there is no package @node-tensorrt/${platform}`}. ${advice()}, or name its folder in NODE_TENSORRT_BUILDER_PATH.`;
  throw new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { backend, tried, reason: 'no-builder' });
}

function advice(): string {
  const isCheckout = existsSync(join(packageRoot, 'package-lock.json'));
  return isCheckout
    ? 'In a clone, npm run setup:nvidia makes it'
    : 'Install the package with its optional dependencies';
}
