import { describe, expect, test } from 'vitest';
import { loadAddon } from '../../dist/esm/native/load.js';
import { CONTRACT_VERSION, type NativeAddon } from '../../lib/native/contract.js';
import { failure } from '../support/failure.js';

const good = { contractVersion: CONTRACT_VERSION } as NativeAddon;

/** Sources that say when they are asked. */
function sources(...results: unknown[]) {
  const asked: string[] = [];
  const list = results.map((result, i) => ({
    where: `place ${i}`,
    load: () => {
      asked.push(`place ${i}`);
      if (result instanceof Error || typeof result === 'string') throw result;
      return result;
    },
  }));
  return { asked, list };
}

function failureOf(act: () => unknown): Error & { details: { causes: { where: string; cause: string }[] } } {
  try {
    act();
  } catch (error) {
    return error as ReturnType<typeof failureOf>;
  }
  throw new Error('should have failed');
}

describe('loadAddon()', () => {
  test('takes the first source that works, and asks no further', () => {
    const { asked, list } = sources(new Error('missing'), good, new Error('never asked'));
    expect(loadAddon(list)).toBe(good);
    expect(asked).toEqual(['place 0', 'place 1']);
  });

  test('throws BINARY_NOT_FOUND with every cause, in order', () => {
    const { list } = sources(
      new Error('first reason'),
      new Error('second reason\nwith a second line'),
      'third, no Error',
    );
    const error = failureOf(() => loadAddon(list));
    expect(error).toEqual(failure('BINARY_NOT_FOUND', { platform: `${process.platform}-${process.arch}` }));
    expect(error.details.causes).toEqual([
      { where: 'place 0', cause: 'first reason' },
      { where: 'place 1', cause: 'second reason' },
      { where: 'place 2', cause: 'third, no Error' },
    ]);
    const lines = error.message.split('\n');
    expect(lines.slice(1, 4)).toEqual([
      '  - place 0: first reason',
      '  - place 1: second reason',
      '  - place 2: third, no Error',
    ]);
    expect(lines[0]).toContain(process.version);
    expect(error.message).toContain('npm install');
  });

  test('says so where the C library is not the one that the packages are for', () => {
    const { list } = sources(new Error('missing'));
    const musl = { platform: 'linux-x64', hasMusl: () => true };
    const message = failureOf(() => loadAddon(list, musl)).message;
    expect(message).toContain('musl');
    expect(message).not.toContain('include=optional');
  });

  test('says so where there is no package for the system', () => {
    const { list } = sources(new Error('missing'));
    const message = failureOf(() => loadAddon(list, { platform: 'linux-s390x', hasMusl: () => false })).message;
    expect(message).toContain('no package for linux-s390x');
    expect(message).toContain('run build');
    expect(message).not.toContain('include=optional');
  });

  test('knows a system with glibc', () => {
    const { list } = sources(new Error('missing'));
    expect(failureOf(() => loadAddon(list)).message).not.toContain('musl');
  });

  test('skips an addon of another contract, and says both versions', () => {
    const stale = { contractVersion: CONTRACT_VERSION + 1 };
    expect(loadAddon(sources(stale, good).list)).toBe(good);
    const error = failureOf(() => loadAddon(sources(stale).list));
    expect(error.message).toContain(`contract ${CONTRACT_VERSION + 1}, needed ${CONTRACT_VERSION}`);
  });

  test.each([[undefined], [null], [{}], [5]])('throws BINARY_NOT_FOUND for a source that gives %j', (odd) => {
    const { list } = sources(odd);
    expect(() => loadAddon(list)).toThrow(failure('BINARY_NOT_FOUND') as Error);
  });

  test('finds the addon of this checkout', () => {
    expect(loadAddon().contractVersion).toBe(CONTRACT_VERSION);
  });
});
