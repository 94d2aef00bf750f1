import { readdirSync, readFileSync } from 'node:fs';
import { join, posix, sep } from 'node:path';

export interface Layers {
  /** The layer of a file, by its path from the root of the tree. */
  layerOf: (file: string) => string | undefined;
  /** The layers that each layer may use beside itself. */
  mayUse: Record<string, readonly string[]>;
  /** What single files may use beyond that. */
  exceptions: Record<string, readonly string[]>;
  /** Libraries that only some layers may use. */
  libraries: readonly { name: RegExp; only: readonly string[] }[];
}

/** Text of the files below `folder`, by their paths with slashes. */
export function readSources(folder: string, name: RegExp, wanted: (file: string) => boolean): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((file) => file.split(sep).join('/'))
    .filter((file) => name.test(file) && wanted(file));
  return new Map(files.sort().map((file) => [file, readFileSync(join(folder, file), 'utf8')]));
}

const INCLUDE = /^\s*#\s*include\s*(?:"([^"]+)"|<([^>]+)>)/;
const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)'([^']+)'/;

/** "file:line layer -> layer: text" for each use of something that a layer may not use. */
export function breaches(layers: Layers, sources: ReadonlyMap<string, string>): string[] {
  const found: string[] = [];
  for (const [file, text] of sources) {
    for (const [i, line] of text.split('\n').entries()) {
      const use = usedBy(file, line);
      const reason = use && refusal(layers, file, use);
      if (reason) found.push(`${file}:${i + 1} ${reason}: ${line.trim()}`);
    }
  }
  return found;
}

interface Use {
  /** Path from the root of the tree, or the name of a library. */
  name: string;
  own: boolean;
}

function usedBy(file: string, line: string): Use | undefined {
  const include = INCLUDE.exec(line);
  if (include) return { name: (include[1] ?? include[2]) as string, own: include[1] !== undefined };
  if (!/\.c?ts$/.test(file)) return undefined;
  const from = IMPORT.exec(line)?.[1];
  if (from === undefined) return undefined;
  const own = from.startsWith('.');
  return { name: own ? posix.join(posix.dirname(file), from).replace(/js$/, 'ts') : from, own };
}

function refusal(layers: Layers, file: string, { name, own }: Use): string | undefined {
  const layer = layers.layerOf(file);
  const allowed = layer === undefined ? undefined : layers.mayUse[layer];
  if (layer === undefined || allowed === undefined) return 'a file of no known layer';
  if (!own) {
    const rule = layers.libraries.find((library) => library.name.test(name));
    return rule && !rule.only.includes(layer) ? `${layer} may not use this library` : undefined;
  }
  const target = layers.layerOf(name) ?? 'no known layer';
  const fine = target === layer || allowed.includes(target) || layers.exceptions[file]?.includes(target);
  return fine ? undefined : `${layer} -> ${target}`;
}
