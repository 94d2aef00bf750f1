import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../native/root.cjs';

/** A kind of TensorRT, as `LoadOptions.backend` and NVIDIA call it. */
export type TensorRtFlavour = 'tensorrt' | 'tensorrt-lean' | 'tensorrt-rtx';

export const flavours: readonly TensorRtFlavour[] = ['tensorrt', 'tensorrt-lean', 'tensorrt-rtx'];

/** What our loader finds of one flavour, and what it tried before. */
export interface LibrarySearch {
  readonly flavour: TensorRtFlavour;
  /** null: there is none that fits. */
  readonly found: { readonly path: string; readonly parser: string; readonly version: string } | null;
  readonly tried: readonly { readonly path: string; readonly cause: string }[];
  /** Why nothing is known; undefined: it is. */
  readonly problem?: string;
}

const LIMIT_MS = 60_000;

/** In a child process for each: a library that is damaged, or made for something else, may end the process that opens it. */
export function searchLibraries(): Promise<readonly LibrarySearch[]> {
  return Promise.all(flavours.map(searchLibrary));
}

function searchLibrary(flavour: TensorRtFlavour): Promise<LibrarySearch> {
  const program = join(packageRoot, 'dist', 'cjs', 'doctor', 'libraries-child.js');
  const env = { ...process.env, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  const unknown = (problem: string): LibrarySearch => ({ flavour, found: null, tried: [], problem });
  return new Promise((resolve) => {
    try {
      execFile(
        process.execPath,
        [program, flavour],
        { timeout: LIMIT_MS, env, windowsHide: true },
        (failure, stdout, stderr) => {
          const answer = parse(stdout);
          if (answer) return resolve({ flavour, ...answer });
          const how = failure?.signal ? `was ended by ${failure.signal}` : `ended with exit code ${failure?.code ?? 0}`;
          const said = /^.*Error.*$/m.exec(stderr)?.[0];
          resolve(unknown(`the process that looks for it ${how}${said ? `: ${said}` : ''}`));
        },
      );
    } catch (cause) {
      // As under Node's permission model.
      resolve(unknown(cause instanceof Error ? cause.message : String(cause)));
    }
  });
}

function parse(text: string): Omit<LibrarySearch, 'flavour'> | undefined {
  try {
    return JSON.parse(text) as Omit<LibrarySearch, 'flavour'>;
  } catch {
    return undefined;
  }
}
