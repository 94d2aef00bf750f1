import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../native/root.cjs';

/** A kind of TensorRT, as `LoadOptions.backend` and NVIDIA call it. */
export type TensorRtFlavour = 'tensorrt' | 'tensorrt-lean' | 'tensorrt-rtx';

export const flavours: readonly TensorRtFlavour[] = ['tensorrt', 'tensorrt-lean', 'tensorrt-rtx'];

/** What our loader finds of one flavour, and what it tried before. */
export interface LoaderSearch {
  readonly flavour: TensorRtFlavour;
  /** The library that is used; null: there is none that fits. */
  readonly found: { readonly path: string; readonly parser: string; readonly version: string } | null;
  readonly tried: readonly { readonly path: string; readonly cause: string }[];
  /** Why nothing is known; undefined: it is. */
  readonly problem?: string;
}

/** A library of TensorRT on this machine. */
export interface InstalledLibrary {
  readonly path: string;
  /** '' where it is not known. */
  readonly version: string;
  /** Whether this library can use it. */
  readonly fits: boolean;
  /** Whether it is the one that our loader takes. */
  readonly used: boolean;
  /** Why it does not fit; '' where it does. */
  readonly reason: string;
}

/** The same, with every library of the flavour that is on the machine. */
export interface LibrarySearch extends LoaderSearch {
  /** The one that is used first. */
  readonly installed: readonly InstalledLibrary[];
}

const SEARCH_MS = 60_000;
const OPEN_MS = 15_000;

/** In a child process for each: a library that is damaged, or made for something else, may end the process that opens it. */
export function searchLibraries(): Promise<readonly LoaderSearch[]> {
  return Promise.all(flavours.map((flavour) => searchLibrary(flavour, SEARCH_MS)));
}

/** What our loader says of one file. */
export function openLibrary(flavour: TensorRtFlavour, path: string): Promise<LoaderSearch> {
  return searchLibrary(flavour, OPEN_MS, { NODE_TENSORRT_LIBRARY_PATH: path });
}

function searchLibrary(flavour: TensorRtFlavour, timeout: number, more: NodeJS.ProcessEnv = {}): Promise<LoaderSearch> {
  const program = join(packageRoot, 'dist', 'cjs', 'doctor', 'libraries-child.js');
  const env = { ...process.env, ...more, NODE_OPTIONS: '', ELECTRON_RUN_AS_NODE: '1' };
  const unknown = (problem: string): LoaderSearch => ({ flavour, found: null, tried: [], problem });
  return new Promise((resolve) => {
    try {
      execFile(process.execPath, [program, flavour], { timeout, env, windowsHide: true }, (failure, stdout, stderr) => {
        const answer = parse(stdout);
        if (answer) return resolve({ flavour, ...answer });
        const how = failure?.signal ? `was ended by ${failure.signal}` : `ended with exit code ${failure?.code ?? 0}`;
        const said = /^.*Error.*$/m.exec(stderr)?.[0];
        resolve(unknown(`the process that looks for it ${how}${said ? `: ${said}` : ''}`));
      });
    } catch (cause) {
      // As under Node's permission model.
      resolve(unknown(cause instanceof Error ? cause.message : String(cause)));
    }
  });
}

function parse(text: string): Omit<LoaderSearch, 'flavour'> | undefined {
  try {
    return JSON.parse(text) as Omit<LoaderSearch, 'flavour'>;
  } catch {
    return undefined;
  }
}
