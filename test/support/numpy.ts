import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ensureOnnxReference } from '../../scripts/lib/reference/environments.mjs';
import { findTools } from '../../scripts/lib/tools.mjs';

const program = fileURLToPath(new URL('numpy_samples.py', import.meta.url));

/** What NumPy sees in a file: its own name for the type, and the elements row-major and little-endian, in hexadecimal. */
export interface Described {
  dtype: string;
  shape: number[];
  hex: string;
  /** The elements of text. */
  text?: string[];
}

/** The first call may have to install NumPy. */
export const NUMPY_TIMEOUT_MS = 300_000;

/** Lets NumPy write its files into `folder`: see `write` in numpy_samples.py. */
export async function numpyWrites(folder: string): Promise<void> {
  await python(['write', folder]);
}

/** Lets NumPy read files: a `.npz` by the names in it, a `.npy` as ''. */
export async function numpyReads(...files: string[]): Promise<Record<string, Described>[]> {
  return JSON.parse(await python(['read', ...files]));
}

async function python(args: string[]): Promise<string> {
  const { tools } = await findTools();
  const numpy = await ensureOnnxReference(tools.python);
  const { stdout } = await promisify(execFile)(numpy.python, [program, ...args], { maxBuffer: 2 ** 26 });
  return stdout;
}
