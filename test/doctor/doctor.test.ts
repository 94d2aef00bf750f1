import { join } from 'node:path';
import { type DoctorReport, doctor, type Finding, type LoaderSearch, type MachineRequirement } from 'node-tensorrt';
import { writeModel } from 'node-tensorrt/onnx';
import { describe, expect, test } from 'vitest';
import { examine } from '../../dist/esm/doctor/doctor.js';
import { compareVersions, isInRange } from '../../dist/esm/doctor/requirements.js';
import { loadAddon } from '../../dist/esm/native/load.js';
import { emptyModel, input, op, output } from '../support/graph-models.js';
import { tempFolder } from '../support/temp-folder.js';
import { type FakeMachine, h100, healthy, l4, machineOf, noLibraries, smiQuery, withGpus } from './fake-machine.js';

const examineFake = (fake: FakeMachine, wanted: readonly MachineRequirement[] = []): Promise<DoctorReport> =>
  examine(machineOf(fake), wanted);

async function finding(
  fake: FakeMachine,
  id: string,
  wanted: readonly MachineRequirement[] = [],
): Promise<Finding | undefined> {
  return (await examineFake(fake, wanted)).findings.find((one) => one.id === id);
}

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

describe('TensorRT', () => {
  const found = (path: string, parser = '/p.so') => ({ path, parser, version: '11.2.1.2' });
  const only = (search: Partial<LoaderSearch>) =>
    noLibraries.map((one): LoaderSearch => (one.flavour === search.flavour ? { ...one, ...search } : one));

  test('that cannot be used is a warning with the reason', async () => {
    const tried = [{ path: '/opt/libnvinfer.so.11', cause: 'is version 10.3.0, and 11.0 or later is needed' }];
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', tried }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({
      severity: 'warning',
      found: '/opt/libnvinfer.so.11',
      reason: expect.stringContaining('10.3.0'),
    });
  });

  test('that lacks a library of its own is a warning, not nothing', async () => {
    const tried = [
      {
        path: '/opt/libnvinfer.so.11',
        cause:
          'cannot open /opt/libnvinfer.so.11: libcudart.so.13: cannot open shared object file: No such file or directory',
      },
    ];
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', tried }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({ severity: 'warning', reason: expect.stringContaining('libcudart.so.13') });
  });

  test('without a resource for the GPU runs plans, and builds none', async () => {
    const fake = withGpus([h100], {
      files: { '/opt/trt/libnvinfer_builder_resource_ptx.so.11.2.1': '' },
      libraries: only({ flavour: 'tensorrt', found: found('/opt/trt/libnvinfer.so.11') }),
    });
    const one = await finding(fake, 'tensorrt/tensorrt/gpu/0');
    expect(one).toMatchObject({ severity: 'warning', found: 'libnvinfer_builder_resource_sm90.so is not in /opt/trt' });
    expect(one?.reason).toContain('resources for ptx');
  });

  test('is not known where the process that looks for it fails', async () => {
    const problem = 'the process that looks for it was ended by SIGSEGV';
    const one = await finding({ ...healthy, libraries: only({ flavour: 'tensorrt', problem }) }, 'tensorrt/tensorrt');
    expect(one).toMatchObject({ severity: 'warning', found: 'not known', reason: problem });
  });

  test.each([
    ['win32', 'nvinfer_11.dll', 'cannot open nvinfer_11.dll: system error 126'],
    [
      'darwin',
      'libnvinfer.so.11',
      "cannot open libnvinfer.so.11: dlopen(libnvinfer.so.11, 0x0005): tried: '/usr/lib' (no such file)",
    ],
  ] as const)('that is not there is no warning on %s either', async (platform, path, cause) => {
    const libraries = only({ flavour: 'tensorrt', tried: [{ path, cause }] });
    expect(await finding({ platform, libraries }, 'tensorrt/tensorrt')).toMatchObject({
      severity: 'info',
      found: 'none',
    });
  });

  test('without a parser builds nothing from ONNX', async () => {
    const libraries = only({ flavour: 'tensorrt', found: found('libnvinfer.so.11', '') });
    expect(await finding({ ...healthy, libraries }, 'tensorrt/tensorrt/parser')).toMatchObject({ severity: 'warning' });
  });

  test('without our builder builds and loads nothing', async () => {
    const libraries = only({ flavour: 'tensorrt', found: found('libnvinfer.so.11') });
    const one = await finding(
      { ...healthy, libraries, builderProblem: 'it is not there' },
      'tensorrt/tensorrt/builder',
    );
    expect(one).toMatchObject({ severity: 'warning', reason: expect.stringContaining('it is not there') });
  });

  test('-RTX does not run on an H100', async () => {
    const libraries = only({ flavour: 'tensorrt-rtx', found: found('/opt/rtx.so') });
    const one = await finding(withGpus([h100], { libraries }), 'tensorrt/tensorrt-rtx/gpu/0');
    expect(one).toMatchObject({ severity: 'info', found: 'NVIDIA H100 80GB HBM3: 9.0' });
  });
});

describe('what is required', () => {
  test.each(['gpu', 'tensorrt', 'tensorrt-rtx'] as const)('%s, and is missing, is an error', async (name) => {
    const report = await examineFake(healthy, [name]);
    expect(report.ok).toBe(false);
    expect(report.findings.at(-1)).toMatchObject({ id: `require/${name}`, severity: 'error' });
  });
});

test('the addon knows the flavours of TensorRT, and no other', () => {
  expect(() => loadAddon().findTensorRt('cuda')).toThrow(expect.objectContaining({ code: 'INTERNAL' }));
});

describe('on this machine', () => {
  test('tells of the library itself, with a model', async () => {
    const report = await doctor({ model: 'test/fixtures/none.onnx' });
    const byId = Object.fromEntries(report.findings.map((one) => [one.id, one]));
    expect(byId['software/addon']).toMatchObject({ severity: 'ok' });
    expect(byId['software/onnxruntime']).toMatchObject({ severity: 'ok' });
    expect(byId['model/file']).toMatchObject({ severity: 'error', reason: expect.stringContaining('none.onnx') });
    expect(report.libraries.map(({ flavour }) => flavour)).toEqual(['tensorrt', 'tensorrt-lean', 'tensorrt-rtx']);
    for (const { found, tried } of report.libraries) expect(found ?? tried.length).not.toBe(0);
  });

  test('says what TensorRT would refuse of a model', async () => {
    const path = join(tempFolder(), 'model.onnx');
    const model = emptyModel();
    const x = input(model, 'x', 'float32', [2]);
    output(model, op(model, 'Det', [input(model, 'm', 'float32', [2, 2])], 'd'), 'float32');
    output(model, op(model, 'Relu', [x], 'y'), 'float32');
    await writeModel(model, path);
    const found = (await examine(machineOf(healthy), [], path)).findings.filter(({ id }) => id.startsWith('model/'));
    expect(found.map(({ id, severity }) => [id, severity])).toEqual([
      ['model/memory', 'info'],
      ['model/tensorrt', 'info'],
      ['model/tensorrt-rtx', 'info'],
    ]);
    expect(found[1]).toMatchObject({
      found: '1 thing that it would refuse',
      reason: expect.stringContaining("node 'd'"),
    });
    const onGpu = await examine(machineOf(withGpus([l4])), [], path);
    expect(onGpu.findings.find(({ id }) => id === 'model/tensorrt')).toMatchObject({ severity: 'warning' });
  });

  test.each([
    [{ require: ['cuda'] }, /options\.require\[0\]/],
    [{ require: 'gpu' }, /options\.require/],
    [{ modell: 'x' }, /modell/],
    [{ model: 42 }, /options\.model/],
    [{ model: '' }, /options\.model/],
  ])('%j is refused', async (options, text) => {
    await expect(doctor(options as never)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(text),
    });
  });
});

test.each([
  ['580.65.06', '580.159.04', -1],
  ['580.65', '580.65.0', 0],
  ['11.2', '9.9', 1],
])('%s against %s', (a, b, order) => {
  expect(Math.sign(compareVersions(a, b))).toBe(order);
});

test.each([
  ['1.30.0', '>=1.30.0 <2', true],
  ['2.0.0', '>=1.30.0 <2', false],
  ['1.29.9', '>=1.30.0 <2', false],
  ['0.35.0-rc.1', '>=0.35.0 <1', true],
  ['1.0.0', 'latest', false],
])('%s in %s: %s', (version, range, expected) => {
  expect(isInRange(version, range)).toBe(expected);
});
