import { stat } from 'node:fs/promises';
import { NodeTensorRTError } from '../errors.js';
import { type Backend, backendTitles } from './backend.js';
import { builderError, emptyLog, note } from './builder-error.js';
import type { LibraryEvent } from './events.js';
import type { BuilderFiles } from './find-builder.js';
import { runBuilder } from './run-builder.js';

/** What the search depends on: another value of one of these is another search. */
const VARIABLES = [
  ...['NODE_TENSORRT_LIBRARY_PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'PATH', 'VIRTUAL_ENV', 'CONDA_PREFIX'],
  ...['TENSORRT_ROOT', 'CUDA_PATH', 'CUDA_HOME', 'HOME'],
];

const found = new Map<string, { library: LibraryEvent; identity: string }>();

/**
 * The library of a flavour, found in a process of its own, which takes as long as loading it. What was found is asked for
 * again when the environment or the file is another. Throws BACKEND_UNAVAILABLE with what was tried.
 */
export async function findLibrary(
  backend: Backend,
  files: BuilderFiles,
  signal: AbortSignal | undefined,
): Promise<LibraryEvent> {
  const search = JSON.stringify([files.module, ...VARIABLES.map((name) => process.env[name] ?? null)]);
  const known = found.get(search);
  if (known && known.identity === (await identityOf(known.library.path))) return known.library;
  const log = emptyLog();
  let library: LibraryEvent | undefined;
  const end = await runBuilder(
    files,
    'find',
    [],
    { memoryBytes: 0, niceness: 0 },
    (event) => {
      if (event.event === 'library') library = event;
      note(log, event);
    },
    signal,
  );
  if (library === undefined) {
    throw unavailable(
      backend,
      builderError('the search for TensorRT', log, end, () => undefined),
      log.failed?.message,
    );
  }
  found.set(search, { library, identity: await identityOf(library.path) });
  return library;
}

function unavailable(backend: Backend, error: NodeTensorRTError, said: string | undefined): NodeTensorRTError {
  if (error.code !== 'BACKEND_UNAVAILABLE' && error.code !== 'BUILD_FAILED') return error;
  const text = `${backendTitles[backend]} is not there: ${said ?? error.message}. node-tensorrt doctor says what to install; NODE_TENSORRT_LIBRARY_PATH names a folder that has it.`;
  return new NodeTensorRTError('BACKEND_UNAVAILABLE', text, { backend, ...error.details }, { cause: error });
}

/** Which file it is, and which state of it. A library that the system's loader found by its name has no path: ''. */
async function identityOf(path: string): Promise<string> {
  const stats = await stat(path, { bigint: true }).catch(() => undefined);
  return stats ? `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}` : '';
}
