import type { Finding } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { examineFake, finding } from './fake-findings.js';
import { type FakeMachine, h100, healthy, l4, machineOf, smiQuery, withGpus } from './fake-machine.js';

const files = (more: Record<string, string>): FakeMachine => ({ ...healthy, files: { ...healthy.files, ...more } });

test('of a machine without a GPU on which all is well nothing is a warning', async () => {
  const report = await examineFake(healthy);
  expect(report.findings.filter(({ severity }) => severity === 'warning' || severity === 'error')).toEqual([]);
  expect(report).toMatchObject({ ok: true, platform: 'linux-x64', gpus: [] });
  expect(report.findings.filter(({ severity }) => severity === 'info').map(({ id }) => id)).toEqual([
    ...['driver/version', 'tensorrt/tensorrt', 'tensorrt/tensorrt-lean', 'tensorrt/tensorrt-rtx'],
  ]);
});

test('of a machine with a GPU, its driver and both kinds of TensorRT neither', async () => {
  const fake = withGpus([l4], {
    files: {
      '/opt/trt/libnvinfer_builder_resource_sm89.so.11.2.1': '',
      '/usr/local/cuda/version.json': '{"cuda": {"name": "CUDA SDK", "version": "13.0.2"}}',
    },
    libraries: [
      {
        flavour: 'tensorrt',
        found: { path: '/opt/trt/libnvinfer.so.11', parser: '/opt/trt/p.so', version: '11.2.1.2' },
        tried: [],
      },
      {
        flavour: 'tensorrt-lean',
        found: { path: 'libnvinfer_lean.so.11', parser: '', version: '11.2.1.2' },
        tried: [],
      },
      {
        flavour: 'tensorrt-rtx',
        found: { path: '/opt/rtx.so', parser: '/opt/rtxp.so', version: '1.7.1.116' },
        tried: [],
      },
    ],
    packages: { sharp: '0.35.2', 'onnxruntime-node': '1.30.0' },
  });
  const report = await examineFake(fake, ['gpu', 'tensorrt', 'tensorrt-rtx']);
  expect(report.findings.filter(({ severity }) => severity !== 'ok')).toEqual([]);
  expect(report.gpus).toEqual([
    expect.objectContaining({
      name: 'NVIDIA L4',
      computeCapability: 8.9,
      totalBytes: 23034 * 2 ** 20,
      mig: null,
      ecc: true,
    }),
  ]);
  expect(report.findings.find(({ id }) => id === 'gpu/0')?.found).toContain(': tensorrt, tensorrt-lean, tensorrt-rtx');
  expect(report.findings.find(({ id }) => id === 'driver/cuda')?.found).toBe('toolkit 13.0.2, driver for 13.0');
});

describe('what is not as it should be', () => {
  const cases: [string, Finding['severity'], FakeMachine, string, RegExp][] = [
    ['no AVX2', 'warning', files({ '/proc/cpuinfo': 'model name : Old\nflags : fpu avx\n' }), 'cpu/vectors', /without AVX2/],
    ['no VNNI', 'info', files({ '/proc/cpuinfo': 'model name : Old\nflags : fpu avx2\n' }), 'cpu/int8', /without VNNI/],
    ['another system', 'info', { platform: 'darwin', arch: 'arm64' }, 'cpu/vectors', /arm64/],
    ['arm64 without dot products', 'info', { ...files({ '/proc/cpuinfo': 'Features : fp asimd\n' }), arch: 'arm64' }, 'cpu/int8', /dot products/],
    ['little memory', 'warning', files({ '/proc/meminfo': 'MemAvailable: 500000 kB\nSwapTotal: 0 kB\n' }), 'memory/available', /488\.3 MiB \(system\)/],
    ['swappiness 60 with swap', 'warning', files({ '/proc/meminfo': 'MemAvailable: 9000000 kB\nSwapTotal: 100 kB\n' }), 'memory/swappiness', /^60$/],
    ['two NUMA nodes', 'info', files({ '/sys/devices/system/node/node1/cpulist': '4-7' }), 'memory/numa', /2 nodes/],
    ['few open files', 'warning', files({ '/proc/self/limits': 'Max open files  1024  4096  files\n' }), 'limits/open-files', /4096/],
    ['a full disk', 'warning', { ...healthy, freeBytes: 2 ** 30 }, 'limits/cache-disk', /1\.0 GiB free/],
    ['a full disk for temporary files', 'warning', { ...healthy, freeBytes: 2 ** 30 }, 'limits/temp-disk', /1\.0 GiB free/],
    ['Docker with limits', 'info', files({ '/.dockerenv': '', '/sys/fs/cgroup/cpu.max': '150000 100000\n', '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': '4294967296\n', '/sys/fs/cgroup/memory.current': '0\n' }), 'limits/container', /^Docker: 1\.5 CPUs, 4\.0 GiB of memory left$/],
    ['root', 'warning', { ...healthy, uid: 0 }, 'operation/user', /root/],
    ['DHCP', 'info', files({ '/run/systemd/netif/leases/2': 'ADDRESS=10.0.0.2\n' }), 'operation/address', /leases\/2/],
    ['DHCP by dhclient', 'info', files({ '/var/lib/dhcp/dhclient.eth0.leases': 'lease {}\n' }), 'operation/address', /dhclient/],
    ['NCCL', 'info', { ...healthy, env: { NCCL_DEBUG: 'INFO' } }, 'operation/nccl', /NCCL_DEBUG=INFO/],
    ['an old optional package', 'warning', { ...healthy, packages: { sharp: '0.33.5' } }, 'software/sharp', /0\.33\.5/],
    ['an old driver', 'error', withGpus([l4], { files: { '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  550.54.14  Release\n' } }), 'driver/version', /550\.54\.14/],
    ['libraries of another driver', 'error', withGpus([l4], { files: { '/usr/lib64/libcuda.so.575.1.2': '' } }), 'driver/libraries', /575\.1\.2/],
    ['a driver that was updated', 'error', withGpus([], { programs: { [smiQuery]: { failure: 'Failed to initialize NVML: Driver/library version mismatch' } } }), 'driver/nvml', /mismatch/],
    ['a driver that does not answer', 'error', withGpus([], { programs: { [smiQuery]: { failure: 'Unable to determine the device handle' } } }), 'gpu', /device handle/],
    ['no rights', 'error', withGpus([l4], { denied: ['/dev/nvidia0'] }), 'driver/nvidia0', /not to be read/],
    ['stubs of CUDA', 'error', withGpus([l4], { env: { LD_LIBRARY_PATH: '/usr/local/cuda/lib64/stubs' }, files: { '/usr/local/cuda/lib64/stubs/libcuda.so': '' } }), 'driver/library-path', /stubs/],
    ['another driver in the path', 'error', withGpus([l4], { env: { LD_LIBRARY_PATH: '/old' }, files: { '/old/libcuda.so.470.1.2': '' } }), 'driver/library-path', /470\.1\.2/],
    ['an empty folder in the path', 'warning', withGpus([l4], { env: { LD_LIBRARY_PATH: '/gone' } }), 'driver/library-path', /gone/],
    ['a newer toolkit', 'info', withGpus([l4], { files: { '/usr/local/cuda/version.json': '{"cuda":{"version":"14.0.1"}}' } }), 'driver/cuda', /14\.0\.1/],
    ['no GPU that is seen', 'warning', withGpus([l4], { env: { CUDA_VISIBLE_DEVICES: '' } }), 'gpu/visible', /=$/],
    ['some GPUs that are seen', 'info', withGpus([l4], { env: { CUDA_VISIBLE_DEVICES: '0' } }), 'gpu/visible', /=0$/],
    ['a GPU that is too old', 'error', withGpus([l4.replace('8.9', '6.1')]), 'gpu/0', /6\.1/],
    ['MIG', 'info', withGpus([h100.replace('Disabled, Enabled, 0', 'Enabled, Enabled, 0')]), 'gpu/0/mig', /MIG is on/],
    ['errors of memory', 'error', withGpus([l4.replace('Enabled, 0', 'Enabled, 3')]), 'gpu/0/ecc', /3 uncorrected/],
    ['ECC that is off', 'info', withGpus([l4.replace('Enabled, 0', 'Disabled, 0')]), 'gpu/0/ecc', /off/],
    ['persistence that is off', 'warning', withGpus([l4.replace('0, Enabled, 2040', '0, Disabled, 2040')]), 'gpu/0/persistence', /off/],
  ]; // biome-ignore format: one case a line
  test.each(cases)('%s is %s', async (_, severity, fake, id, found) => {
    const one = await finding(fake, id);
    expect(one).toMatchObject({ severity });
    expect(one?.found).toMatch(found);
    expect(one?.reason).not.toBe('');
    if (severity === 'warning') expect([id, one?.fix]).not.toEqual([id, '']);
  });

  test('automatic updates are a note, and a warning beside a driver', async () => {
    const updates = {
      '/etc/apt/apt.conf.d/20auto-upgrades': 'APT::Periodic::Unattended-Upgrade "1";\n',
      '/usr/bin/unattended-upgrade': '',
    };
    expect(await finding(files(updates), 'operation/updates')).toMatchObject({ severity: 'info' });
    const one = await finding(withGpus([l4], { files: updates }), 'operation/updates');
    expect(one).toMatchObject({ severity: 'warning', fix: expect.stringContaining('apt-mark hold') });
    const off = { ...updates, '/etc/apt/apt.conf.d/99-off': 'APT::Periodic::Unattended-Upgrade "0";\n' };
    expect(await finding(files(off), 'operation/updates')).toMatchObject({ severity: 'ok' });
    const timer = { '/etc/systemd/system/timers.target.wants/dnf-automatic-install.timer': '' };
    expect(await finding(files(timer), 'operation/updates')).toMatchObject({
      found: 'dnf-automatic-install.timer is active',
    });
  });

  test.each([
    ['nvidia-uvm', 'warning'],
    ['nvidiactl', 'error'],
  ])('a driver without /dev/%s', async (name, severity) => {
    const fake = withGpus([l4]);
    const { [`/dev/${name}`]: _, ...rest } = fake.files ?? {};
    const one = await finding({ ...fake, files: rest }, `driver/${name}`);
    expect(one).toMatchObject({ severity, found: `/dev/${name} is not there` });
  });

  test('a driver without its tools', async () => {
    expect(await finding({ ...withGpus([l4]), programs: {} }, 'gpu')).toMatchObject({ severity: 'info' });
  });

  test('a driver that tells of no GPU', async () => {
    const fake = withGpus([], { programs: { [smiQuery]: 'No devices were found' } });
    expect(await finding(fake, 'gpu')).toMatchObject({ severity: 'error', found: 'No devices were found' });
    expect((await examineFake(fake, ['gpu'])).ok).toBe(false);
  });

  test('warnings of nvidia-smi are no GPUs, and an exit code of failure hides none', async () => {
    const output = `WARNING: infoROM is corrupted at gpu 0000:00:06.0\n${l4}`;
    const { gpus, findings } = await examineFake(withGpus([], { programs: { [smiQuery]: { failure: output } } }));
    expect(gpus.map(({ name }) => name)).toEqual(['NVIDIA L4']);
    expect(findings.find(({ id }) => id === 'gpu')).toBeUndefined();
  });

  test('what nvidia-smi may not tell is not taken for off', async () => {
    const lost =
      '0, NVIDIA L4, GPU-2, [GPU is lost], [N/A], [N/A], [N/A], [Insufficient Permissions], [N/A], [Unknown Error], [N/A], [N/A]';
    const { gpus, findings } = await examineFake(withGpus([lost]));
    expect(gpus[0]).toMatchObject({ computeCapability: null, totalBytes: null, ecc: null, persistence: null });
    expect(findings.filter(({ id }) => id.startsWith('gpu/')).map(({ id }) => id)).toEqual(['gpu/0']);
  });

  test("the driver of Windows is seen from WSL's Linux, without a module in the kernel", async () => {
    const fake = withGpus([l4]);
    const {
      '/proc/driver/nvidia/version': _,
      '/dev/nvidiactl': __,
      '/dev/nvidia-uvm': ___,
      ...rest
    } = fake.files ?? {};
    const report = await examineFake({
      ...fake,
      files: { ...rest, '/dev/dxg': '', '/usr/lib/wsl/lib/libcuda.so.1.1': '' },
    });
    expect(report.findings.find(({ id }) => id === 'driver/version')).toMatchObject({
      severity: 'ok',
      found: '580.159.04',
    });
    expect(report.findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const none = await finding({ ...files({ '/dev/dxg': '' }) }, 'driver/version');
    expect(none).toMatchObject({ severity: 'info', fix: expect.stringContaining('in Windows') });
  });

  test('forward compatibility, as in images of CUDA, makes an older driver do', async () => {
    const fake = withGpus([l4], {
      env: { LD_LIBRARY_PATH: '/usr/local/cuda/compat/lib:/usr/local/nvidia/lib:/usr/local/nvidia/lib64' },
      files: {
        '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.14  Tue\n',
        '/usr/local/cuda/compat/lib/libcuda.so.580.65.06': '',
        '/usr/lib/x86_64-linux-gnu/libcuda.so.550.54.14': '',
      },
    });
    const { [`/usr/lib/x86_64-linux-gnu/libcuda.so.580.159.04`]: _, ...rest } = fake.files ?? {};
    const { findings } = await examineFake({ ...fake, files: rest });
    expect(findings.find(({ id }) => id === 'driver/version')).toMatchObject({
      severity: 'ok',
      found: '550.54.14, forward compatible with 580.65.06',
    });
    expect(findings.filter(({ id, severity }) => id.startsWith('driver/') && severity !== 'ok')).toEqual([]);
  });

  test('a container with limits of the first version of control groups', async () => {
    const fake = files({
      '/.dockerenv': '',
      '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '150000\n',
      '/sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
      '/proc/self/cgroup': '4:memory:/\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '2147483648\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '0\n',
    });
    expect(await finding(fake, 'limits/container')).toMatchObject({
      found: 'Docker: 1.5 CPUs, 2.0 GiB of memory left',
    });
  });

  test('what a check does not expect hides nothing else', async () => {
    const machine = machineOf(healthy);
    const broken = {
      ...machine,
      names: (path: string) => (path === '/etc/apt/apt.conf.d' ? null : machine.names(path)),
    };
    const { findings } = await examine(broken as never, []);
    expect(findings.find(({ id }) => id === 'doctor/operation')).toMatchObject({
      severity: 'warning',
      found: 'not looked at',
    });
    expect(findings.find(({ id }) => id === 'tensorrt/tensorrt')).toBeDefined();
  });

  test('two GPUs that do not reach each other', async () => {
    const topo = (cell: string) =>
      `\t\u001b[4mGPU0\tGPU1\t\u001b[0m\n GPU0\tX\t${cell}\n GPU1\t${cell}\tX\n\nLegend:\n  X = Self\n`;
    const two = [l4, l4.replace('0, NVIDIA', '1, NVIDIA')];
    const programs = (state: string) => ({ 'nvidia-smi topo -p2p r': topo(state), 'nvidia-smi topo -m': topo('NV18') });
    expect(await finding(withGpus(two, { programs: programs('OK') }), 'gpu-pair/0-1')).toMatchObject({
      severity: 'ok',
      found: 'they reach each other, by NV18',
    });
    expect(await finding(withGpus(two, { programs: programs('CNS') }), 'gpu-pair/0-1')).toMatchObject({
      severity: 'info',
      found: 'CNS, by NV18',
    });
    expect(await finding(withGpus(two), 'gpu-pair/0-1')).toMatchObject({ severity: 'info', found: 'not told' });
  });
});
