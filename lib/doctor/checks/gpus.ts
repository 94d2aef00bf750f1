import { stripVTControlCharacters } from 'node:util';
import { formatBytes } from '../../memory/format.js';
import type { Check, Facts } from '../facts.js';
import { error, type Finding, info, ok, warning } from '../finding.js';
import type { GpuInfo } from '../gpus.js';
import type { Machine } from '../machine.js';
import { requirements } from '../requirements.js';

/** Each GPU, and each pair of them. */
export const gpus: Check = async (machine, facts) => {
  const { gpus: all, hasTool, failure } = facts.gpus;
  if (facts.driver !== undefined && !hasTool) {
    return [
      info('gpu', 'nvidia-smi is not there', 'GPUs are not looked at', "install the driver's tools (nvidia-utils)"),
    ];
  }
  if (failure !== undefined) return [error('gpu', failure, 'the driver does not answer')];
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
  const id = `gpu/${gpu.index}`;
  const cc = gpu.computeCapability;
  const found = [
    gpu.name,
    cc === null ? 'compute capability not told' : `compute capability ${cc.toFixed(1)}`,
    gpu.totalBytes === null
      ? 'memory not told'
      : `${formatBytes(gpu.freeBytes ?? 0)} of ${formatBytes(gpu.totalBytes)} free`,
    ...(gpu.maxClockMhz === null ? [] : [`up to ${gpu.maxClockMhz} MHz`]),
  ].join(', ');
  const flavours = requirements.filter(({ runsOn }) => cc !== null && runsOn(cc)).map(({ flavour }) => flavour);
  const findings: Finding[] =
    cc !== null && flavours.length === 0
      ? [error(id, found, 'no version of TensorRT that this library fits runs on it: 7.5 is the oldest')]
      : [ok(id, `${found}${flavours.length > 0 ? `: ${flavours.join(', ')}` : ''}`)];
  if (gpu.mig)
    findings.push(
      info(
        `${id}/mig`,
        'MIG is on',
        'the GPU is divided: name a part by its UUID (nvidia-smi -L) in CUDA_VISIBLE_DEVICES',
      ),
    );
  if (gpu.uncorrectedErrors) {
    const reason = 'its memory has failed: results may be wrong';
    findings.push(
      error(
        `${id}/ecc`,
        `${gpu.uncorrectedErrors} uncorrected errors`,
        reason,
        `nvidia-smi -i ${gpu.index} -q -d ECC; restart, and have it replaced if it comes again`,
      ),
    );
  } else if (gpu.ecc === false)
    findings.push(
      info(
        `${id}/ecc`,
        'ECC is off',
        'errors of its memory are not noticed',
        `nvidia-smi -i ${gpu.index} -e 1, and restart`,
      ),
    );
  if (gpu.persistence === false) {
    const reason = 'the driver is initialised anew, for a second or more, whenever nothing used the GPU before';
    findings.push(
      warning(
        `${id}/persistence`,
        'persistence mode is off',
        reason,
        'systemctl enable --now nvidia-persistenced, or nvidia-smi -pm 1',
      ),
    );
  }
  return findings;
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
      return info(
        id,
        `${state ?? 'not told'}, by ${by}`,
        "neither reaches the other's memory: what goes between them goes through the host's",
      );
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
