import { stripVTControlCharacters } from 'node:util';
import type { GpuInfo } from '../../machine/gpus.js';
import { formatBytes } from '../../memory/format.js';
import type { Check, Facts } from '../facts.js';
import { error, type Finding, info, ok, warning } from '../finding.js';
import type { Machine } from '../machine.js';
import { requirements } from '../requirements.js';

/** Each GPU, and each pair of them. */
export const gpus: Check = async (machine, facts) => {
  const { gpus: all, hasTool, failure } = facts.gpus;
  if (facts.driver === undefined && all.length === 0) return [];
  if (!hasTool) {
    const fix = "install the driver's tools (nvidia-utils)";
    return [info('gpu', 'nvidia-smi is not there', 'GPUs are not looked at', fix)];
  }
  if (failure !== undefined) return [error('gpu', failure, 'the driver tells of no GPU')];
  return [...visible(machine, facts), ...all.flatMap(oneGpu), ...(all.length > 1 ? await pairs(machine, all) : [])];
};

function visible({ env }: Machine, { driver }: Facts): Finding[] {
  const value = env['CUDA_VISIBLE_DEVICES'];
  if (value === undefined || driver === undefined) return [];
  const found = `CUDA_VISIBLE_DEVICES=${value}`;
  if (value === '' || value.startsWith('-')) {
    return [warning('gpu/visible', found, 'it hides every GPU from this process', 'unset CUDA_VISIBLE_DEVICES')];
  }
  return [info('gpu/visible', found, 'only these GPUs are seen, under other numbers')];
}

function oneGpu(gpu: GpuInfo): Finding[] {
  return [describe(gpu), ...mig(gpu), ...ecc(gpu), ...persistence(gpu)];
}

function describe({ index, name, computeCapability: cc, freeBytes, totalBytes, maxClockMhz }: GpuInfo): Finding {
  const free = freeBytes === null ? '' : `${formatBytes(freeBytes)} free of `;
  const found = [
    name,
    cc === null ? 'compute capability not told' : `compute capability ${cc.toFixed(1)}`,
    totalBytes === null ? 'memory not told' : `${free}${formatBytes(totalBytes)}`,
    ...(maxClockMhz === null ? [] : [`up to ${maxClockMhz} MHz`]),
  ].join(', ');
  if (cc === null) return ok(`gpu/${index}`, found);
  const flavours = requirements.filter(({ runsOn }) => runsOn(cc)).map(({ flavour }) => flavour);
  if (flavours.length > 0) return ok(`gpu/${index}`, `${found}: ${flavours.join(', ')}`);
  const reason = 'no version of TensorRT that this library fits runs on it: 7.5 is the oldest';
  return error(`gpu/${index}`, found, reason);
}

function mig(gpu: GpuInfo): Finding[] {
  if (!gpu.mig) return [];
  const reason = 'the GPU is divided: name a part by its UUID (nvidia-smi -L) in CUDA_VISIBLE_DEVICES';
  return [info(`gpu/${gpu.index}/mig`, 'MIG is on', reason)];
}

function ecc({ index, ecc: isOn, uncorrectedErrors }: GpuInfo): Finding[] {
  const id = `gpu/${index}/ecc`;
  if (uncorrectedErrors) {
    const fix = `nvidia-smi -i ${index} -q -d ECC; restart, and have it replaced if it comes again`;
    return [error(id, `${uncorrectedErrors} uncorrected errors`, 'its memory has failed: results may be wrong', fix)];
  }
  if (isOn !== false) return [];
  return [info(id, 'ECC is off', 'errors of its memory are not noticed', `nvidia-smi -i ${index} -e 1, and restart`)];
}

function persistence(gpu: GpuInfo): Finding[] {
  if (gpu.persistence !== false) return [];
  const reason = 'the driver is initialised anew, for a second or more, whenever nothing used the GPU before';
  const fix = 'systemctl enable --now nvidia-persistenced, or nvidia-smi -pm 1';
  return [warning(`gpu/${gpu.index}/persistence`, 'persistence mode is off', reason, fix)];
}

/** Whether two GPUs reach each other's memory, and by what. */
async function pairs(machine: Machine, all: readonly GpuInfo[]): Promise<Finding[]> {
  const [access, links] = await Promise.all([
    machine.run('nvidia-smi', ['topo', '-p2p', 'r']),
    machine.run('nvidia-smi', ['topo', '-m']),
  ]);
  const reach = matrix(access?.output ?? '');
  const link = matrix(links?.output ?? '');
  return all.flatMap((a, i) =>
    all.slice(i + 1).map((b) => {
      const id = `gpu-pair/${a.index}-${b.index}`;
      const by = link(a.index, b.index) ?? 'not told';
      const state = reach(a.index, b.index);
      if (state === 'OK') return ok(id, `they reach each other, by ${by}`);
      if (state === undefined)
        return info(id, 'not told', 'nvidia-smi topo does not say whether they reach each other');
      const reason = "neither reaches the other's memory: what goes between them goes through the host's";
      return info(id, `${state}, by ${by}`, reason);
    }),
  );
}

/** Reads the tables of `nvidia-smi topo`, whose columns and rows are named GPU0, GPU1 and so on. It underlines their heads also in a pipe. */
function matrix(text: string): (a: number, b: number) => string | undefined {
  const lines = stripVTControlCharacters(text)
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  const head = lines.find((cells) => cells[0] === 'GPU0' && cells[1]?.startsWith('GPU')) ?? [];
  return (a, b) => {
    const row = lines.find((cells) => cells[0] === `GPU${a}` && cells !== head);
    const column = head.indexOf(`GPU${b}`);
    return column < 0 ? undefined : row?.[column + 1];
  };
}
