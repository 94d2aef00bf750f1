import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from './temp-folder.js';

export const verbs = ['inspect', 'lint', 'optimize', 'cast', 'compare', 'types'];

/** A folder with model.onnx. */
export function folderWith(bytes: Uint8Array): { folder: string; path: string } {
  const folder = tempFolder();
  const path = join(folder, 'model.onnx');
  writeFileSync(path, bytes);
  return { folder, path };
}
