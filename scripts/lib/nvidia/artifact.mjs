import { existsSync } from 'node:fs';
import path from 'node:path';
import { SetupError } from '../errors.mjs';
import { runOrFail } from '../run.mjs';
import { requireClients } from './tools.mjs';

/** @typedef {{ group: string, name: string, version: string, classifier: string }} Artifact */

/**
 * Has Maven fetch one .jar, into a repository of its own: the user's would keep half a gigabyte that nothing reads again.
 * @param {Artifact} artifact
 * @param {string} repository folder
 * @returns {Promise<string>} path of the .jar
 */
export async function fetchArtifact(artifact, repository) {
  requireClients(['mvn', 'java']);
  const spec = `${artifact.group}:${artifact.name}:${artifact.version}:jar:${artifact.classifier}`;
  const options = ['--batch-mode', '--quiet', `-Dmaven.repo.local=${repository}`, '-Dtransitive=false'];
  await runOrFail(`mvn dependency:get ${spec}`, 'mvn', [...options, 'dependency:get', `-Dartifact=${spec}`]);
  const file = path.join(repository, artifactPath(artifact));
  if (!existsSync(file)) throw new SetupError(`mvn dependency:get ${spec} left no ${file}`);
  return file;
}

/** Where an artifact is in a repository. @param {Artifact} artifact */
export function artifactPath({ group, name, version, classifier }) {
  return path.join(...group.split('.'), name, version, `${name}-${version}-${classifier}.jar`);
}
