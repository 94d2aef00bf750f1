import { createHash } from 'node:crypto';
import { Script } from 'node:vm';
import type { MemorySnapshot } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { memoryHtml } from '../../lib/memory/html.js';
import { owner, pool, segment, snapshot, usedPool } from '../support/snapshots.js';

const MIB = 2 ** 20;
const HOSTILE = `</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;`;

const blocks = segment(4, [[MIB, 0, MIB - 100], [MIB], [2 * MIB, 1]]);
const owners = [owner('detector', 'weights', MIB), owner('detector', 'activations', 2 * MIB)];

function dataOf(page: string) {
  const [, json] = /<script type="application\/json" id="data">([^<]*)<\/script>/.exec(page) ?? [];
  return JSON.parse(json as string);
}

/** Of each <script> and <style>, what the browser hashes. */
function texts(page: string, tag: 'script' | 'style'): string[] {
  return [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))].map(([, text]) => text as string);
}

describe('memoryHtml()', () => {
  test('is one page that loads nothing', () => {
    const page = memoryHtml(snapshot([pool([blocks], owners)]));
    expect(page).toMatch(/^<!doctype html>/);
    expect(page).not.toMatch(/https?:|<link|@import|\bsrc=/);
    expect(page).not.toMatch(/url\((?!#)/);
  });

  test('lets nothing run but its own script, by hash, and has no inline style or handler', () => {
    const page = memoryHtml(snapshot([usedPool(1, 400, 3, 200_000)]));
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    expect(policy).toContain('default-src &#39;none&#39;');
    const hashOf = (text: string) => `sha256-${createHash('sha256').update(text).digest('base64')}`;
    for (const tag of ['script', 'style'] as const) {
      const found = texts(page, tag);
      expect(found).toHaveLength(1);
      expect(policy).toContain(hashOf(found[0] as string));
    }
    expect(page).not.toMatch(/<[^>]+\s(style|on\w+)=/);
  });

  test('has a script that can be compiled', () => {
    const [script] = texts(memoryHtml(snapshot([])), 'script');
    expect(() => new Script(script as string)).not.toThrow();
  });

  test('shows the numbers of the process and of each pool', () => {
    const page = memoryHtml(
      snapshot([pool([blocks], owners, { limitBytes: 8 * MIB }), pool([], [], { name: 'pinned' })], {
        process: { rssBytes: 10 * MIB, limitBytes: 40 * MIB },
        uncounted: ['results of runs'],
      }),
    );
    for (const text of [
      'Pool host',
      'Pool pinned',
      '10.0 MiB',
      '25.0 % of the limit, 40.0 MiB',
      'of 8.0 MiB at most',
    ]) {
      expect(page).toContain(text);
    }
    expect(page).toContain('<li>results of runs</li>');
    expect(page).toContain('0x7f0040000000');
  });

  test('tells the script size, owner and requested bytes of each block', () => {
    const { pools } = dataOf(memoryHtml(snapshot([pool([blocks], owners)])));
    const { map, owners: entries } = pools[0];
    expect(map.cells).toEqual([MIB, 0, MIB - 100, MIB, 3, 0, 2 * MIB, 1, 2 * MIB]);
    expect(entries.map(([, label]: string[]) => label)).toEqual([
      'detector · weights',
      'detector · activations',
      'no owner',
      'free',
    ]);
    const [[title, start, scale, cells]] = map.segments;
    expect([start, cells]).toEqual([0, 3]);
    expect(scale * 4 * MIB).toBeGreaterThan(500);
    expect(title).toBe('segment 4 at 0x7f0040000000: 4.0 MiB, 75.0 % in use');
  });

  test('draws free memory hatched, purged memory apart, and owners in colours of their own', () => {
    const purged = segment(0, [[MIB, 0], [MIB]], { purgedBytes: MIB / 2 });
    const page = memoryHtml(snapshot([pool([purged], owners)]));
    for (const name of ['purged', 'free', 'c1', 'c2']) expect(page).toContain(`data-layer="${name}"`);
    expect(page).toMatch(/class="free-lines" fill="url\(#map-0-hatch\)" d="M/);
    expect(page).toMatch(/class="layer purged" d="M/);
    expect(memoryHtml(snapshot([pool([blocks], owners)]))).not.toContain('data-layer="purged"');
  });

  test('escapes hostile names, addresses and sentences', () => {
    const hostile = pool(
      [
        segment(
          0,
          [
            [MIB, 0],
            [MIB, null],
          ],
          { address: HOSTILE },
        ),
      ],
      [owner(HOSTILE, 'user', MIB)],
      {
        name: HOSTILE,
        history: [{ timeMs: 0, action: HOSTILE as 'oom', segment: 0, offset: 0, bytes: 1, owner: 0 }],
      },
    );
    const page = memoryHtml(snapshot([hostile], { uncounted: [HOSTILE] }));
    expect(page).not.toContain('<script>alert');
    expect(page).not.toContain('<img');
    expect(page.match(/<script/g)).toHaveLength(2);
    expect(page.match(/<\/script/g)).toHaveLength(2);
    expect(dataOf(page).pools[0].map.segments[0][0]).toContain(HOSTILE);
  });

  test.each<[string, MemorySnapshot]>([
    ['no pool', snapshot([])],
    ['an empty pool', snapshot([pool([], [])])],
    ['an empty segment', snapshot([pool([segment(0, [])], [])])],
    ['a segment of no bytes', snapshot([pool([segment(0, [[0]])], [])])],
    ['an owner that is not listed', snapshot([pool([segment(0, [[MIB, 9]])], [])])],
    ['one event', snapshot([pool([blocks], owners, { history: [oomAt(5)] })])],
    ['a time that is none', { ...snapshot([pool([blocks], owners)]), time: Number.NaN }],
  ])('draws %s', (_, given) => {
    const page = memoryHtml(given);
    expect(page).toContain('</html>');
    expect(page).not.toMatch(/ (d|width|height|x|y|viewBox)="[^"]*(NaN|Infinity|undefined)/);
    expect(dataOf(page).pools).toHaveLength(given.pools.length);
  });

  test('stays small with 20 000 blocks and 100 000 events', () => {
    const used = usedPool(3, 1000, 12, 12_000);
    const segments = Array.from({ length: 20 }, (_, s) =>
      segment(
        s,
        Array.from({ length: 1000 }, (_, i) =>
          i % 3 === 2 ? [16_384] : [16_384 + 512 * (i % 7), (s + i) % 12, 16_000],
        ),
      ),
    );
    const history = Array.from({ length: 100 }, (_, i) =>
      used.history.map((entry) => ({ ...entry, timeMs: entry.timeMs + 2000 * i })),
    ).flat();
    const page = memoryHtml(snapshot([{ ...pool(segments, used.owners), history }]));
    expect(page.length).toBeLessThan(2 * MIB);
    expect(page.match(/<(path|rect)/g)?.length).toBeLessThan(200);
    expect(dataOf(page).pools[0].map.cells).toHaveLength(3 * 20_000);
  });
});

function oomAt(timeMs: number) {
  return { timeMs, action: 'oom' as const, segment: 0, offset: 0, bytes: MIB, owner: null };
}
