import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Engine } from 'node-tensorrt';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { resolveLoadOptions } from '../../lib/engine/load-options.js';
import { numaRequest } from '../../lib/engine/numa.js';
import { identity, mlp } from '../fixtures/models.js';
import { f32, load, turn } from '../support/engines.js';
import { failure } from '../support/failure.js';
import { tempFolder } from '../support/temp-folder.js';

const ONE = { numa: 'off', threads: 1 } as const;

/** Thread id → the CPUs that it may use, as the kernel says: "0-1". */
function threads(): Map<string, string> {
  const list = new Map<string, string>();
  for (const id of readdirSync('/proc/self/task')) {
    try {
      const status = readFileSync(`/proc/self/task/${id}/status`, 'utf8');
      list.set(id, /Cpus_allowed_list:\s*(\S*)/.exec(status)?.[1] ?? '');
    } catch {
      // It ended meanwhile.
    }
  }
  return list;
}

const allowed = threads().get(String(process.pid)) as string;
const firstCpu = (/^\d+/.exec(allowed) as RegExpExecArray)[0];
const lastCpu = (/\d+$/.exec(allowed) as RegExpExecArray)[0];

/** A folder that stands for /sys: CPUs per node. */
function fakeNodes(nodes: Record<number, { cpus: string; freeKib?: number }>): string {
  const sysfs = tempFolder();
  const folder = join(sysfs, 'devices/system/node');
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'online'), `${Object.keys(nodes).join(',')}\n`);
  for (const [id, { cpus, freeKib = 1000 }] of Object.entries(nodes)) {
    mkdirSync(join(folder, `node${id}`));
    writeFileSync(join(folder, `node${id}`, 'cpulist'), `${cpus}\n`);
    writeFileSync(join(folder, `node${id}`, 'meminfo'), `Node ${id} MemFree:    ${freeKib} kB\n`);
  }
  return sysfs;
}

/** Two nodes of one CPU each; where there is one CPU only they share it. */
function useTwoNodes(): void {
  process.env['NODE_TENSORRT_SYSFS'] = fakeNodes({ 0: { cpus: firstCpu }, 1: { cpus: lastCpu, freeKib: 2000 } });
}

/** The CPUs of the threads that were not there before. */
function newThreads(before: Map<string, string>): string[] {
  return [...threads()].filter(([id]) => !before.has(id)).map(([, cpus]) => cpus);
}

let warnings: (Error & { code?: string })[] = [];
const onWarning = (warning: Error) => warnings.push(warning);

beforeEach(() => {
  warnings = [];
  process.on('warning', onWarning);
});

afterEach(() => {
  process.off('warning', onWarning);
  delete process.env['NODE_TENSORRT_SYSFS'];
});

describe('load() with numa', () => {
  test('of a node starts lanes and threads of ONNX Runtime on its CPUs, and no others', async () => {
    useTwoNodes();
    await load(identity(), ONE); // what the process starts once is there now
    const before = threads();
    const options = { numa: 1, threads: 3, instances: 2, inlineBelowUs: 0 };
    const engine = await load(mlp({ layers: 2, width: 64 }), options);
    await Promise.all([1, 2, 3].map(() => engine.run({ x: f32(new Float32Array(64), [1, 64]) })));
    const bound = newThreads(before).filter((cpus) => cpus === lastCpu);
    expect(bound.length).toBeGreaterThanOrEqual(2 + 2); // two lanes, and two threads beside the one that runs
    expect(engine.placement.numa).toMatchObject({ node: 1, cpus: lastCpu });
    for (const [id, cpus] of threads()) {
      if (before.has(id)) expect(cpus).toBe(before.get(id));
    }
  });

  test("'off' leaves the threads where they may be", async () => {
    useTwoNodes();
    await load(identity(), ONE);
    const before = threads();
    const engine = await load(identity(), { numa: 'off', threads: 3, instances: 2 });
    const started = newThreads(before);
    expect(started.filter((cpus) => cpus === allowed).length).toBeGreaterThanOrEqual(2);
    expect(engine.placement.numa).toEqual({ node: null, cpus: '', memoryBound: false, reason: 'switched off' });
  });

  test("'auto' spreads engines over the nodes, and a closed one counts no longer", async () => {
    useTwoNodes();
    const auto = () => load(identity(), { threads: 1 });
    const first = await auto();
    const second = await auto();
    expect([first, second].map((engine) => engine.placement.numa.node)).toEqual([1, 0]);
    expect(first.placement.numa.reason).toMatch(/^the node with the fewest engines of this process/);
    await second.close();
    expect((await auto()).placement.numa.node).toBe(0);
  });

  test("'auto' on a machine with one node binds nothing", async () => {
    process.env['NODE_TENSORRT_SYSFS'] = fakeNodes({ 0: { cpus: allowed } });
    const engine = await load(identity());
    expect(engine.placement.numa).toMatchObject({ node: null, reason: 'this machine has one NUMA node' });
    expect(engine.placement.deviations).toEqual([]);
  });

  test('says so when memory cannot be bound, as on a machine that does not have the node', async () => {
    process.env['NODE_TENSORRT_SYSFS'] = fakeNodes({ 0: { cpus: firstCpu }, 900: { cpus: lastCpu } });
    const { placement } = await load(identity(), { numa: 900, threads: 1 });
    expect(placement.numa).toMatchObject({ node: 900, memoryBound: false });
    expect(placement.numa.reason).toMatch(/^asked for; memory is where its threads touch it first: /);
    expect(placement.deviations).toEqual([]);
  });

  test('shows the binding to the threads that share the engine', async () => {
    useTwoNodes();
    const engine = await load(identity(), { numa: 0, threads: 1 });
    const other = Engine.open(engine.share());
    expect(other.placement.numa).toEqual(engine.placement.numa);
    await other.close();
  });

  test('is in force for a model that is tried out in a child process first', async () => {
    useTwoNodes();
    const engine = await load(identity(), { numa: 1, threads: 1, probe: true });
    expect(engine.placement.numa.node).toBe(1);
  });
});

describe('load() with a node that cannot be had', () => {
  test('rejects with INVALID_ARGUMENT when there is no such node', async () => {
    useTwoNodes();
    await expect(load(identity(), { numa: 2 })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.numa', received: '2', reason: expect.stringContaining('0-1') }),
    );
  });

  test('rejects with UNSUPPORTED when this process may use none of its CPUs', async () => {
    process.env['NODE_TENSORRT_SYSFS'] = fakeNodes({ 0: { cpus: firstCpu }, 1: { cpus: '60000' } });
    await expect(load(identity(), { numa: 1 })).rejects.toEqual(
      failure('UNSUPPORTED', { option: 'options.numa', received: '1' }),
    );
  });

  test("runs unbound for fallback 'allow', and says so in placement", async () => {
    useTwoNodes();
    const { placement } = await load(identity(), { numa: 7, fallback: 'allow' });
    expect(placement.numa).toMatchObject({ node: null, cpus: '', memoryBound: false });
    expect(placement.deviations).toEqual([
      { option: 'numa', asked: '7', inForce: 'off', reason: placement.numa.reason },
    ]);
  });

  test("warns once for fallback 'warn'", async () => {
    useTwoNodes();
    await load(identity(), { numa: 7, fallback: 'warn', name: 'far' });
    await turn();
    const emitted = warnings.filter(({ name }) => name === 'NodeTensorRTWarning');
    expect(emitted.map(({ code }) => code)).toEqual(['NODE_TENSORRT_FALLBACK']);
    expect(emitted[0]?.message).toMatch(/^engine 'far' is not bound to a NUMA node: numa 7: /);
  });

  test.each(['on', true, '1', {}])('refuses %j', async (numa) => {
    await expect(load(identity(), { numa: numa as never })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { option: 'options.numa' }),
    );
  });

  test.each([-1, 1024])('refuses %j as out of range', async (numa) => {
    await expect(load(identity(), { numa })).rejects.toEqual(failure('OUT_OF_RANGE', { option: 'options.numa' }));
  });
});

describe('numaRequest()', () => {
  test('reads /sys unless a test says otherwise', () => {
    const expected = { mode: 'auto', node: 0, mayFallBack: false, sysfs: '/sys' };
    expect(numaRequest(resolveLoadOptions())).toEqual(expected);
    process.env['NODE_TENSORRT_SYSFS'] = '/elsewhere';
    expect(numaRequest(resolveLoadOptions({ numa: 3, fallback: 'warn' }))).toEqual({
      mode: 'node',
      node: 3,
      mayFallBack: true,
      sysfs: '/elsewhere',
    });
  });
});
