import type { InstalledLibrary, LibrarySearch, LoaderSearch } from './libraries.js';
import type { Machine } from './machine.js';
import { type LibraryFile, libraryFiles } from './places.js';
import { requirements } from './requirements.js';

/** Each is opened by a process of its own, for 15 s at most. */
const MOST_OPENED = 16;
const AT_ONCE = 4;

/** What our loader finds of each flavour, and every other library of it on the machine, with whether it fits. */
export async function installedLibraries(machine: Machine): Promise<readonly LibrarySearch[]> {
  const searches = await machine.libraries();
  const others = libraryFiles(machine).filter(
    ({ file }) => !searches.some(({ found }) => found && isAt(machine, found.path, file)),
  );
  const known = new Map<LibraryFile, InstalledLibrary>();
  const unknown: LibraryFile[] = [];
  for (const one of others) {
    const reason = unfitOf(machine, searches, one);
    if (reason !== undefined) known.set(one, unfit(one, reason));
    else unknown.push(one);
  }
  for (const one of unknown.splice(MOST_OPENED)) {
    known.set(one, unfit(one, `not looked at: of more than ${MOST_OPENED} libraries the first are`));
  }
  for (let i = 0; i < unknown.length; i += AT_ONCE) {
    const work = unknown.slice(i, i + AT_ONCE).map(async (one) => known.set(one, await opened(machine, one)));
    await Promise.all(work);
  }
  return searches.map((search) => {
    const { flavour, found } = search;
    const used = found ? [{ path: found.path, version: found.version, fits: true, used: true, reason: '' }] : [];
    const rest = others.filter((one) => one.flavour === flavour).flatMap((one) => known.get(one) ?? []);
    return { ...search, installed: [...used, ...rest] };
  });
}

/** Not of a bare name, which is for the system's loader. */
const isAt = (machine: Machine, path: string, file: string) => /[/\\]/.test(path) && machine.realPath(path) === file;

const unfit = ({ path, version }: LibraryFile, reason: string): InstalledLibrary => {
  const told = /^it is version ([\d.]+);/.exec(reason)?.[1];
  return { path, version: told ?? version, fits: false, used: false, reason };
};

/** Why a library does not fit, without opening it; undefined: it has to be opened. */
function unfitOf(machine: Machine, searches: readonly LoaderSearch[], one: LibraryFile): string | undefined {
  const { versions, major } = requirements.find(({ flavour }) => flavour === one.flavour) ?? {};
  if (one.version.split('.')[0] !== major) return `it is version ${one.version}; ${versions} fits`;
  const tried = searches.find(({ flavour }) => flavour === one.flavour)?.tried ?? [];
  return tried.find(({ path }) => isAt(machine, path, one.file))?.cause;
}

async function opened(machine: Machine, one: LibraryFile): Promise<InstalledLibrary> {
  const { found, tried, problem } = await machine.openLibrary(one.flavour, one.path);
  if (found?.path === one.path) return { path: one.path, version: found.version, fits: true, used: false, reason: '' };
  return unfit(one, problem ?? tried[0]?.cause ?? 'our loader does not look at it');
}
