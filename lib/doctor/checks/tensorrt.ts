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
    return search === undefined ? [] : one(machine, facts, requirement, search);
  });

function one(
  machine: Machine,
  facts: Facts,
  requirement: Requirement,
  { flavour, found, tried }: LibrarySearch,
): Finding[] {
  const id = `tensorrt/${flavour}`;
  const there = tried.filter((attempt) => !isAbsence(attempt));
  const wrong = there.map(({ path, cause }) => ({ path, cause: cause.split('\n')[0] ?? '' }));
  if (found === null) {
    if (wrong.length === 0)
      return [
        info(
          id,
          'none',
          `models on a GPU need TensorRT or TensorRT-RTX; of ${flavour}, ${requirement.versions} fits`,
          requirement.install,
        ),
      ];
    const [first] = wrong as [{ path: string; cause: string }];
    return [warning(id, first.path, `it cannot be used: ${first.cause}`, requirement.install)];
  }
  const findings: Finding[] = [ok(id, `${found.version}, ${found.path}`)];
  if (flavour !== 'tensorrt-lean' && found.parser === '') {
    findings.push(
      warning(
        `${id}/parser`,
        'no ONNX parser beside it',
        'it runs plans, and cannot build them from ONNX',
        requirement.install,
      ),
    );
  }
  for (const gpu of facts.gpus.gpus) {
    const cc = gpu.computeCapability;
    if (cc === null) continue;
    if (!requirement.runsOn(cc)) {
      const reason = `${flavour} runs on compute capability ${requirement.computeCapabilities}`;
      findings.push(info(`${id}/gpu/${gpu.index}`, `${gpu.name}: ${cc.toFixed(1)}`, reason));
    } else if (flavour === 'tensorrt')
      findings.push(...builderResource(machine, found.path, cc, `${id}/gpu/${gpu.index}`));
  }
  return findings;
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
function isAbsence({ path, cause }: LibrarySearch['tried'][number]): boolean {
  return cause.startsWith('there is no ') || cause.includes(`: ${path}: cannot open shared object file: No such file`);
}
