import { availableCpus } from '../../engine/threads.js';
import type { Check } from '../facts.js';
import { type Finding, info, ok, warning } from '../finding.js';
import { type Machine, reader } from '../machine.js';

/** What the CPU backend gains from: vectors for all models, and dot products for int8. */
export const cpu: Check = (machine) => {
  const text = machine.text('/proc/cpuinfo');
  if (text === undefined)
    return [info('cpu/vectors', machine.arch, `what the processor can do is not looked up on ${machine.platform}`)];
  const name = /^(?:model name|Processor)\s*:\s*(.+)$/m.exec(text)?.[1] ?? machine.arch;
  const flags = new Set(/^(?:flags|Features)\s*:\s*(.+)$/m.exec(text)?.[1]?.split(/\s+/));
  return [...(machine.arch === 'x64' ? x64(name, flags) : arm64(name, flags)), count(machine)];
};

function x64(name: string, flags: ReadonlySet<string>): Finding[] {
  const vectors = ['avx512f', 'avx2', 'avx'].find((flag) => flags.has(flag));
  const int8 = ['amx_int8', 'avx512_vnni', 'avx_vnni'].filter((flag) => flags.has(flag));
  const list = (known: readonly string[]) => known.join(', ').toUpperCase().replaceAll('_', '-');
  return [
    flags.has('avx2')
      ? ok('cpu/vectors', `${name}: ${list([vectors ?? 'avx2'])}`)
      : warning('cpu/vectors', `${name}: without AVX2`, 'models run several times slower without AVX2'),
    int8.length > 0
      ? ok('cpu/int8', list(int8))
      : info('cpu/int8', 'without VNNI and AMX', 'int8 models gain little on this processor'),
  ];
}

function arm64(name: string, flags: ReadonlySet<string>): Finding[] {
  const int8 = ['i8mm', 'asimddp'].filter((flag) => flags.has(flag));
  return [
    ok('cpu/vectors', `${name}: ${flags.has('sve') ? 'SVE' : 'NEON'}`),
    int8.length > 0
      ? ok('cpu/int8', int8.join(', '))
      : info('cpu/int8', 'without dot products', 'int8 models gain little on this processor'),
  ];
}

function count(machine: Machine): Finding {
  const cpus = availableCpus(reader(machine));
  if (cpus >= 2) return ok('cpu/count', `${cpus} CPUs`);
  return warning(
    'cpu/count',
    `${cpus} CPU`,
    'the JavaScript thread and a model share it: answers come late under load',
  );
}
