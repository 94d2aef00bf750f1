import { SetupError } from '../errors.mjs';
import { installLines, isOnPath } from '../platform.mjs';

/** What each client is for, in the words of the message that says it is missing. */
const purposes = {
  cargo: "fetches the Rust crate with TensorRT's headers",
  mvn: "fetches the Maven artifact with TensorRT's libraries",
  java: 'runs mvn',
};

/** @typedef {keyof typeof purposes} Client */

/**
 * @param {Client[]} clients
 * @param {(name: string) => boolean} [isThere]
 * @returns {Client[]} those that are not installed
 */
export function missingClients(clients, isThere = isOnPath) {
  return clients.filter((name) => !isThere(name));
}

/**
 * Fails with the names of the clients that are missing, what each is for, and the command that installs them.
 * @param {Client[]} clients
 * @param {(name: string) => boolean} [isThere]
 */
export function requireClients(clients, isThere = isOnPath) {
  const missing = missingClients(clients, isThere);
  if (missing.length === 0) return;
  const list = missing.map((name) => `  - ${name}, which ${purposes[name]}`).join('\n');
  const packages = [...new Set(missing.map((name) => (name === 'cargo' ? 'cargo' : 'maven')))];
  const commands = installLines(/** @type {Array<'cargo' | 'maven'>} */ (packages));
  throw new SetupError(
    `Not found on PATH:\n${list}\n\nInstall with:\n${commands.map((line) => `  ${line}`).join('\n')}`,
  );
}
