import { existsSync, mkdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ensureCachedFolder } from './cached-folder.mjs';
import { SetupError } from './errors.mjs';
import { packTarball } from './npm.mjs';
import { cacheDir } from './paths.mjs';
import { isWindows, nodeHeadersPackage } from './platform.mjs';
import { readTarball } from './tar.mjs';

const NEEDED = ['node_api.h', 'common.gypi', 'config.gypi'];

/**
 * The folder to give node-gyp as --nodedir, so that it does not download headers by itself: the running Node's own
 * where it has headers, else a header package of the same version.
 * @returns {Promise<string | null>} null on Windows: no package has node.lib, so node-gyp must fetch it itself
 */
export async function ensureNodeHeaders() {
  if (isWindows) return null;
  const own = path.resolve(path.dirname(realpathSync(process.execPath)), '..');
  const candidates = [own, String(process.config.variables.node_prefix ?? own)];
  return candidates.find((dir) => hasNodeHeaders(dir)) ?? fetchNodeHeaders();
}

/**
 * Whether a folder has the complete headers of exactly this version of Node (another one's may be installed beside it).
 * @param {string} dir
 * @param {string} [version]
 */
export function hasNodeHeaders(dir, version = process.versions.node) {
  const include = path.join(dir, 'include', 'node');
  if (!NEEDED.every((file) => existsSync(path.join(include, file)))) return false;
  const text = readFileSync(path.join(include, 'node_version.h'), 'utf8');
  const parts = ['MAJOR', 'MINOR', 'PATCH'].map((part) => text.match(`#define NODE_${part}_VERSION (\\d+)`)?.[1]);
  return parts.join('.') === version;
}

async function fetchNodeHeaders() {
  const name = nodeHeadersPackage();
  const { node } = process.versions;
  if (!name) {
    throw new SetupError(
      `This Node.js (${process.execPath}) has no headers beside it and no header package exists for ` +
        `${process.platform}-${process.arch}.\nInstall Node.js ${node} with its headers (often a package named nodejs-dev or libnode-dev).`,
    );
  }
  const dir = path.join(cacheDir, `${name}-${node}`);
  await ensureCachedFolder(dir, {
    isValid: () => hasNodeHeaders(dir),
    fill: async (temporary) => {
      const tarball = await packTarball(`${name}@${node}`, path.join(temporary, 'pack'));
      const filled = path.join(temporary, 'node');
      for await (const { name: file, content } of readTarball(tarball, isIncludeFile)) {
        const target = path.join(filled, ...file.split('/').slice(1));
        mkdirSync(path.dirname(target), { recursive: true });
        writeFileSync(target, content);
      }
      if (!hasNodeHeaders(filled)) throw new SetupError(`${name}@${node} does not have the headers of Node.js ${node}`);
      return filled;
    },
  });
  return dir;
}

/** OpenSSL's headers are most of the files and the addon does not use them. @param {string} file */
function isIncludeFile(file) {
  return (
    file.startsWith('package/include/node/') &&
    !file.includes('..') &&
    !file.startsWith('package/include/node/openssl/')
  );
}
