import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { invalid } from '../onnx/file/invalid.js';
import { pathOption } from '../options.js';

/** A path, a file URL, or a file that is open for reading, and stays open. */
export type PlanSource = string | URL | FileHandle;

/** Calls `use` with an open file and the name that messages have for it. */
export async function withPlan<T>(plan: PlanSource, use: (file: FileHandle, name: string) => Promise<T>): Promise<T> {
  if (isHandle(plan)) return use(plan, 'the plan');
  const path = pathOption('plan', plan);
  const file = await openRegular(path);
  try {
    return await use(file, path);
  } finally {
    await file.close();
  }
}

/** Opens a regular file. Throws MODEL_INVALID with reason 'not-found', 'unreadable' or 'not-a-file'. */
export async function openRegular(path: string): Promise<FileHandle> {
  let file: FileHandle;
  try {
    // Not to wait for the writer of a pipe; without effect on files.
    file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? 'there is no such file' : code;
    const text = `${path} cannot be opened (${why})`;
    throw invalid(code === 'ENOENT' ? 'not-found' : 'unreadable', text, { path, system: code });
  }
  if ((await file.stat()).isFile()) return file;
  await file.close();
  throw invalid('not-a-file', `${path} is not a regular file`, { path });
}

function isHandle(plan: PlanSource): plan is FileHandle {
  return typeof plan === 'object' && plan !== null && typeof (plan as Partial<FileHandle>).stat === 'function';
}
