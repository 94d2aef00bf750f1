import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspectPlan, verifyPlan as publicVerify } from 'node-tensorrt';
import { describe, expect, test } from 'vitest';
import { readPlanHeader } from '../../lib/plan/read.js';
import { verifyPlan } from '../../lib/plan/verify.js';
import { writePlan } from '../../lib/plan/write.js';
import { failure, rejection } from '../support/failure.js';
import { dist, filesIn, newUser, payloadFile, planDraft, planFile } from '../support/plan-files.js';
import { tempFolder } from '../support/temp-folder.js';

describe('writePlan()', () => {
  test.each([0, 1, 100, 4096, 3_000_000])(
    'keeps a payload of %d bytes as it is, where it can be mapped',
    async (bytes) => {
      newUser();
      const { path, header } = await planFile({ bytes });
      const file = readFileSync(path);
      expect(header.payload).toMatchObject({ bytes });
      expect(header.payload.offset % 4096).toBe(0);
      expect(file.subarray(header.payload.offset).equals(readFileSync(payloadFile(bytes)))).toBe(true);
      const read = await readPlanHeader(path);
      expect(read.header).toEqual(header);
      expect(read.header).toEqual({ ...planDraft(), payload: header.payload });
      expect(read.payload).toEqual({ offset: header.payload.offset, bytes });
      expect(read.signatures).toMatchObject([{ algorithm: 'hmac-sha256' }]);
      expect(await publicVerify(pathToFileURL(path))).toMatchObject({ trustedBy: 'own' });
      expect(await inspectPlan(path)).toEqual(read);
    },
  );

  test('keeps the first 200 messages, and headers that are larger than the first read', async () => {
    newUser();
    const messages = Array.from({ length: 300 }, (_, i) => ({ severity: 'warning', text: `${i} ${'é'.repeat(500)}` }));
    const { path, header } = await planFile({ draft: planDraft({ messages }) });
    expect(header.messages).toEqual(messages.slice(0, 200));
    expect(header.payload.offset).toBeGreaterThan(200_000);
    expect((await verifyPlan(path)).header).toEqual(header);
  });

  test('refuses a header that could not be read again', async () => {
    newUser();
    const error = await rejection(planFile({ draft: planDraft({ targets: 'sm86' as never }) }));
    expect(error).toEqual(failure('INVALID_ARGUMENT', { option: 'header' }));
    expect(error.message).toContain('header.targets');
    const layers = [{ name: 'x'.repeat(65 * 2 ** 20), type: '', precision: '', inputs: [], outputs: [] }];
    await expect(planFile({ draft: planDraft({ layers }) })).rejects.toThrow(/more than a plan file can have/);
  });

  test('replaces a plan, and leaves the old one and nothing else where it fails or is aborted', async () => {
    newUser();
    const { path: output } = await planFile();
    const folder = join(output, '..');
    const payload = payloadFile(8_000_000);
    const before = readFileSync(output);
    const controller = new AbortController();
    const writing = writePlan({ output, payload, header: planDraft() }, controller.signal);
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(writing).rejects.toThrow('enough');
    await expect(writePlan({ output, payload, header: planDraft() }, AbortSignal.abort('never'))).rejects.toBe('never');
    await expect(writePlan({ output, payload: '/nothing/here', header: planDraft() })).rejects.toEqual(
      failure('MODEL_INVALID', { reason: 'not-found' }),
    );
    expect(filesIn(folder)).toEqual(['model.plan']);
    expect(readFileSync(output).equals(before)).toBe(true);
    await writePlan({ output, payload, header: planDraft() });
    expect((await verifyPlan(output)).payload.bytes).toBe(8_000_000);
    expect(filesIn(folder)).toEqual(['model.plan']);
  });

  test('says what the system refuses', async () => {
    newUser();
    const payload = payloadFile();
    const output = join(tempFolder(), 'folder.plan');
    mkdirSync(join(output, 'inside'), { recursive: true });
    await expect(writePlan({ output, payload, header: planDraft() })).rejects.toEqual(
      failure('INVALID_ARGUMENT', { reason: 'unwritable', path: output }),
    );
    expect(filesIn(join(output, '..'))).toEqual(['folder.plan']);
  });

  test.skipIf(process.platform === 'win32')('leaves nothing where a file may not become so large', () => {
    const { result, files } = writeIn((folder, command) => `cd '${folder}' && ulimit -f 1024 && ${command}`);
    expect(result).toMatchObject({ code: 'INVALID_ARGUMENT', details: { reason: 'unwritable', system: 'EFBIG' } });
    expect(files).toEqual(['end']);
  });
});

/** Writes 3 MB into a folder, in a shell that takes care that they do not fit; and what is in the folder then. */
function writeIn(shell: (folder: string, command: string) => string) {
  const folder = tempFolder();
  const plans = join(folder, 'plans');
  mkdirSync(plans);
  const program = join(folder, 'program.mjs');
  const options = { output: join(plans, 'model.plan'), payload: payloadFile(3_000_000, folder), header: planDraft() };
  writeFileSync(
    program,
    `import { readdirSync, writeFileSync } from 'node:fs';
     import { writePlan } from '${dist('plan/write.js')}';
     const { code, details } = await writePlan(${JSON.stringify(options)}).catch((error) => error);
     writeFileSync(${JSON.stringify(join(plans, 'end'))}, 'there is room again');
     console.log(JSON.stringify({ result: { code, details }, files: readdirSync(${JSON.stringify(plans)}) }));`,
  );
  const env = { ...process.env, NODE_TENSORRT_KEY_FILE: join(folder, 'plan.key') };
  const command = shell(plans, `'${process.execPath}' '${program}'`);
  return JSON.parse(execFileSync('bash', ['-c', command], { encoding: 'utf8', env })) as {
    result: unknown;
    files: string[];
  };
}
