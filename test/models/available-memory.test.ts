import { describe, expect, test } from 'vitest';
import { memoryBounds } from '../../lib/models/available-memory.js';

const MEMINFO = 'MemTotal:       8000 kB\nMemFree:        100 kB\nMemAvailable:   4000 kB\n';

function reading(files: Record<string, string>): (path: string) => string {
  return (path) => {
    const text = files[path];
    if (text === undefined) throw new Error(`no ${path}`);
    return text;
  };
}

describe('memoryBounds()', () => {
  test('has what the system says is available', () => {
    expect(memoryBounds(reading({ '/proc/meminfo': MEMINFO }))).toEqual([{ name: 'system', bytes: 4000 * 1024 }]);
  });

  test('asks the system otherwise where there is no /proc', () => {
    const [system] = memoryBounds(reading({}));
    expect(system).toEqual({ name: 'system', bytes: expect.any(Number) });
  });

  test('has what a control group leaves, file pages that can be dropped not counted', () => {
    const files = {
      '/proc/meminfo': MEMINFO,
      '/proc/self/cgroup': '0::/pod/service\n',
      '/sys/fs/cgroup/pod/service/memory.max': '1000\n',
      '/sys/fs/cgroup/pod/service/memory.current': '700\n',
      '/sys/fs/cgroup/pod/service/memory.stat': 'anon 500\ninactive_file 150\nactive_file 50\n',
    };
    expect(memoryBounds(reading(files))[1]).toEqual({ name: 'cgroup', bytes: 450 });
  });

  test('takes the tightest of nested control groups, and the root in a container', () => {
    const outer = {
      '/proc/self/cgroup': '0::/pod/service\n',
      '/sys/fs/cgroup/pod/service/memory.max': 'max\n',
      '/sys/fs/cgroup/pod/service/memory.current': '700\n',
      '/sys/fs/cgroup/pod/memory.max': '900\n',
      '/sys/fs/cgroup/pod/memory.current': '800\n',
    };
    expect(memoryBounds(reading(outer))[1]).toEqual({ name: 'cgroup', bytes: 100 });
    const container = {
      '/proc/self/cgroup': '0::/../../not/there\n',
      '/sys/fs/cgroup/memory.max': '1000\n',
      '/sys/fs/cgroup/memory.current': '1200\n',
    };
    expect(memoryBounds(reading(container))[1]).toEqual({ name: 'cgroup', bytes: 0 });
  });

  test('reads version 1 as well, where no limit is a large number', () => {
    const files = {
      '/proc/self/cgroup': '5:cpu,memory:/docker/x\n',
      '/sys/fs/cgroup/memory/docker/x/memory.limit_in_bytes': '500\n',
      '/sys/fs/cgroup/memory/docker/x/memory.usage_in_bytes': '100\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
      '/sys/fs/cgroup/memory/memory.usage_in_bytes': '100\n',
    };
    expect(memoryBounds(reading(files))[1]).toEqual({ name: 'cgroup', bytes: 400 });
  });

  test('has no control group where there is no limit', () => {
    const files = {
      '/proc/self/cgroup': '0::/\n',
      '/sys/fs/cgroup/memory.max': 'max\n',
      '/sys/fs/cgroup/memory.current': '5\n',
    };
    expect(memoryBounds(reading(files))).toHaveLength(1);
  });
});
