import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const folder = new URL('../../benchmarks/', import.meta.url);
const names = readdirSync(folder)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length));
const context = (quick: boolean) => ({
  quick,
  models: { matmul16: 'a', mlp: 'b', identity: 'c', big: 'd' },
  library: 'l',
  raw: 'r',
  picture: 'p',
  magika: 'm',
  build: { buildCheck: 'c', library: 'r', parser: 'p', model: 'n', profile: 's', gpu: 'g', libraries: 'f' },
});

describe('the questions', () => {
  it('are those of the README, where each is explained', () => {
    const readme = readFileSync(new URL('README.md', folder), 'utf8');
    const table = readme.slice(readme.indexOf('## Questions'), readme.indexOf('## Method'));
    const rows = [...table.matchAll(/^\| (`.*?) \|/gm)].flatMap(([, cell]) => cell?.match(/[a-z-]+/g) ?? []);
    expect(rows.toSorted()).toEqual(names.toSorted());
  });

  it.each(names)('%s has subjects that can be measured, and fewer rounds with --quick', async (name) => {
    const question = await import(new URL(`${name}.mjs`, folder).href);
    expect(question.title).toMatch(/^[A-Z]/);
    expect(question.about).toMatch(/\.$/);
    const { rounds, subjects } = question.plan(context(false));
    expect(new Set(subjects.map(({ id }: { id: string }) => id)).size).toBe(subjects.length);
    for (const { label, kind, measure, params } of subjects) {
      expect(label).toBeTruthy();
      if (measure === undefined) expect(kind).toBe('raw');
      else expect(question[measure]).toBeTypeOf('function');
      expect(JSON.parse(JSON.stringify(params))).toEqual(params);
    }
    expect(subjects.some(({ kind }: { kind: string }) => kind === 'ours')).toBe(true);
    expect(question.plan(context(true)).rounds).toBeLessThan(rounds);
    expect(question.report).toBeTypeOf('function');
  });

  it('ocr says why it is skipped when there is no picture', async () => {
    const { plan } = await import(new URL('ocr.mjs', folder).href);
    expect(plan({ ...context(false), picture: null }).skipped).toMatch(/picture/);
  });

  it("build says why it is skipped where NVIDIA's builder is not there", async () => {
    const { plan } = await import(new URL('build.mjs', folder).href);
    expect(plan({ ...context(false), build: null }).skipped).toMatch(/builder/);
  });

  it('batching-magika says why it is skipped when there is no model', async () => {
    const { plan } = await import(new URL('batching-magika.mjs', folder).href);
    expect(plan({ ...context(false), magika: null }).skipped).toMatch(/model/);
  });
});
