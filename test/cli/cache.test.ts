import { statSync, truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { addPlan } from '../../lib/cache/add-plan.js';
import { hashOfKey } from '../../lib/plan/key.js';
import { cli } from '../support/cli.js';
import { filesIn, newUser, payloadFile, planDraft, planKey } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

/** A cache with two plans, '1.7.1' unused for 40 days. */
async function filled() {
  newUser();
  const dir = tempFolder();
  const plans = join(dir, 'plans');
  for (const version of ['1.7.1', '1.7.2']) {
    await addPlan(plans, planKey({ version }), { payload: payloadFile(50_000), header: planDraft({ version }) });
  }
  const [old, young] = ['1.7.1', '1.7.2'].map((version) => hashOfKey(planKey({ version }))) as [string, string];
  const then = Date.now() / 1000 - 40 * 86_400;
  for (const ending of ['plan', 'used']) utimesSync(join(plans, `${old}.${ending}`), then, then);
  return { dir, plans, old, young, bytes: statSync(join(plans, `${old}.plan`)).size };
}

describe('node-tensorrt cache', () => {
  test('list prints what there is, those used last first', async () => {
    const { dir, old, young } = await filled();
    const { code, stdout, stderr } = await cli('cache', 'list', '--dir', dir);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, first, second, , summary] = stdout.split('\n');
    expect(head).toMatch(/^KIND +KEY +MODEL +PRECISION +BUILT BY +TARGETS +SIZE +USED$/);
    expect(first).toMatch(
      new RegExp(`^plan +${young.slice(0, 12)} +model\\.onnx +fp32 +tensorrt-rtx 1\\.7\\.2 +sm86 +5`),
    );
    expect(second).toContain(old.slice(0, 12));
    expect(summary).toMatch(/^2 entries, 11\d\.\d KiB$/);
    const json = JSON.parse((await cli('cache', 'list', '--dir', dir, '--json')).stdout) as object[];
    expect(json).toMatchObject([{ key: young, ok: true, kind: 'plan' }, { key: old }]);
    expect((await cli('cache', 'list', '--dir', tempFolder())).stdout).toBe('nothing is in the cache\n');
  });

  test('prune removes by size, by age, or everything, and says what', async () => {
    const { dir, plans, old, bytes } = await filled();
    expect((await cli('cache', 'prune', '--dir', dir)).stdout).toMatch(/^removed: 0 entries, 0 B; kept: 2 entries, /);
    const byAge = await cli('cache', 'prune', '--dir', dir, '--older-than', '30d');
    expect(byAge.code).toBe(0);
    expect(byAge.stdout).toContain(old.slice(0, 12));
    expect(byAge.stdout).toMatch(/^removed: 1 entry, .*; kept: 1 entry, /m);
    const bySize = await cli('cache', 'prune', '--dir', dir, '--max-bytes', '1KiB', '--json');
    expect(JSON.parse(bySize.stdout)).toMatchObject({ removedBytes: bytes, kept: 0, keptBytes: 0 });
    expect(filesIn(plans)).toEqual([]);
    const { dir: other, plans: others } = await filled();
    expect((await cli('cache', 'prune', '--all', '--dir', other)).code).toBe(0);
    expect(filesIn(others)).toEqual([]);
  });

  test('verify ends with 1 where something is wrong, and removes it when asked to', async () => {
    const { dir, plans, old, young, bytes } = await filled();
    expect(await cli('cache', 'verify', '--dir', dir)).toMatchObject({ code: 0, stdout: '2 as they must be, 0 not\n' });
    truncateSync(join(plans, `${old}.plan`), bytes - 1);
    const { code, stdout } = await cli('cache', 'verify', '--dir', dir);
    expect(code).toBe(1);
    expect(stdout).toMatch(new RegExp(`^plan ${old.slice(0, 12)} {2}.* is cut short: .*\n1 as they must be, 1 not\n$`));
    const removed = await cli('cache', 'verify', '--dir', dir, '--remove', '--json');
    expect(removed.code).toBe(1);
    expect(JSON.parse(removed.stdout)).toHaveLength(2);
    expect(filesIn(plans)).toEqual([`${young}.plan`, `${young}.used`]);
    expect((await cli('cache', 'verify', '--dir', dir)).code).toBe(0);
  });

  test.each([
    [['cache'], /cache takes one of list, prune, verify/],
    [['cache', 'empty'], /cache takes one of list, prune, verify/],
    [['cache', 'constructor'], /cache takes one of/],
    [['cache', 'list', 'prune'], /cache takes one of/],
    [['cache', 'list', '--all'], /cache list takes no --all/],
    [['cache', 'prune', '--remove'], /cache prune takes no --remove/],
    [['cache', 'verify', '--older-than', '1d'], /cache verify takes no --older-than/],
    [['cache', 'prune', '--max-bytes', 'much'], /--max-bytes: expected a size/],
    [['cache', 'prune', '--older-than', '30'], /--older-than: expected a time as 90s/],
    [['cache', 'prune', '--older-than', '1y'], /--older-than: expected a time as 90s/],
    [['cache', 'list', '--what'], /there is no option '--what'/],
    [
      ['cache', 'prnue'],
      /cache takes one of list, prune, verify; did you mean 'prune'\?\nSee node-tensorrt cache --help\n$/,
    ],
  ])('%j ends with 2 and says how it is used', async (args, message) => {
    const { code, stdout, stderr } = await cli(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('--help explains it', async () => {
    const { code, stdout } = await cli('cache', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Use: node-tensorrt cache list/);
  });
});
