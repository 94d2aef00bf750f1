import { dirname, isAbsolute } from 'node:path';
import type { Check, Facts } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import type { LibrarySearch } from '../libraries.js';
import type { Machine } from '../machine.js';
import { type Requirement, requirements } from '../requirements.js';

/** Every kind of TensorRT: whether there is one that fits, and whether it fits the GPUs. */
export const tensorrt: Check = (machine, facts) =>
  requirements.flatMap((requirement) => {
    const search = facts.libraries.find(({ flavour }) => flavour === requirement.flavour);
    return search === undefined ? [] : [...one(machine, facts, requirement, search), ...others(requirement, search)];
  });

function one(machine: Machine, facts: Facts, requirement: Requirement, search: LibrarySearch): Finding[] {
  const { flavour, found, problem } = search;
  const id = `tensorrt/${flavour}`;
  if (problem !== undefined) return [warning(id, 'not known', problem)];
  if (found === null) return [missing(machine, id, requirement, search)];
  const findings: Finding[] = [ok(id, `${found.version}, ${found.path}`)];
  if (flavour !== 'tensorrt-lean' && found.parser === '') {
    const reason = 'it runs plans, and cannot build them from ONNX';
    findings.push(warning(`${id}/parser`, 'no ONNX parser beside it', reason, requirement.install));
  }
  const builder = flavour === 'tensorrt-lean' ? undefined : machine.builderProblem(flavour);
  if (builder !== undefined) {
    const reason = 'models cannot be built, and plans not loaded';
    findings.push(warning(`${id}/builder`, 'none', `${reason}: ${builder}`, 'npm install --include=optional'));
  }
  for (const { index, name, computeCapability: cc } of facts.gpus.gpus) {
    const ofGpu = `${id}/gpu/${index}`;
    if (cc === null) continue;
    if (requirement.runsOn(cc)) {
      if (flavour === 'tensorrt') findings.push(...builderResource(machine, found.path, cc, ofGpu));
      continue;
    }
    const reason = `${flavour} runs on compute capability ${requirement.computeCapabilities}`;
    findings.push(info(ofGpu, `${name}: ${cc.toFixed(1)}`, reason));
  }
  return findings;
}

/** Every other library of it: whether it could be used, and how. */
function others({ flavour, install }: Requirement, { found, installed }: LibrarySearch): Finding[] {
  return installed
    .filter(({ used }) => !used)
    .map(({ path, version, fits, reason }, i) => {
      const what = `${version === '' ? '' : `${version}, `}${path}`;
      const text = fits
        ? `it fits, and is not used: ${found ? 'another is found before it' : 'it is not where it is looked for'}`
        : `it is not used: ${reason.split('\n')[0]}`;
      const fix = fits ? `NODE_TENSORRT_LIBRARY_PATH=${dirname(path)}` : install;
      return (found ? info : warning)(`tensorrt/${flavour}/library/${i}`, what, text, fits || !found ? fix : undefined);
    });
}

function missing(machine: Machine, id: string, { flavour, versions, install }: Requirement, { tried }: LibrarySearch) {
  const wrong = tried.find((attempt) => !isAbsence(machine, attempt));
  if (wrong) return warning(id, wrong.path, `it cannot be used: ${wrong.cause.split('\n')[0]}`, install);
  const reason = `models on a GPU need TensorRT or TensorRT-RTX; of ${flavour}, ${versions} fits`;
  return info(id, 'none', reason, install);
}

/** TensorRT's builder opens a library of its own for each compute capability. */
function builderResource(machine: Machine, library: string, cc: number, id: string): Finding[] {
  if (!isAbsolute(library)) return [];
  const folder = dirname(library);
  const name = `libnvinfer_builder_resource_sm${Math.round(cc * 10)}.so`;
  const names = machine.names(folder);
  if (names.some((file) => file.startsWith(name))) return [ok(id, `${folder}/${name}`)];
  const others = names.flatMap((file) => /^libnvinfer_builder_resource_(\w+)\.so/.exec(file)?.[1] ?? []);
  const reason = `TensorRT loads and runs plans, and cannot build any for this GPU; there are resources for ${others.join(', ') || 'none'}`;
  return [
    warning(id, `${name} is not in ${folder}`, reason, 'install the complete package libnvinfer11 of the same version'),
  ];
}

/** Nothing there, as opposed to something that cannot be used, or that lacks a library of its own. */
function isAbsence({ platform }: Machine, { path, cause }: LibrarySearch['tried'][number]): boolean {
  if (cause.startsWith('there is no ')) return true;
  const isByName = !/[/\\]/.test(path);
  // Elsewhere the loader's words do not tell what it is that is missing.
  return (
    isByName && (platform !== 'linux' || cause.includes(`: ${path}: cannot open shared object file: No such file`))
  );
}
